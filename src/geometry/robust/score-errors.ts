/**
 * How good a geometry is, by its errors, and how much each correspondence counts when it is improved.
 *
 * A correspondence of error `r` below the threshold `T` gains `(1 - r / T) ** 2`, others nothing. That is the gain of
 * MSAC (Torr and Zisserman 2000), `1 - (r / t) ** 2` below a threshold `t`, in the mean over all `t` up to `T`: as in
 * MAGSAC (Barath 2019) no single threshold decides, and `T` is an upper bound.
 */
export function gainOf(squaredErrors: Float64Array, threshold: number): number {
  const limit = threshold * threshold;
  let gain = 0;
  for (let i = 0; i < squaredErrors.length; i++)
    if (squaredErrors[i] < limit) gain += (1 - Math.sqrt(squaredErrors[i]) / threshold) ** 2;
  return gain;
}

/** Below this share of the threshold an error counts as this much: nothing is measured better. */
const FLOOR = 0.1;

/** Weights whose least squares is a step uphill in {@link gainOf}: `(1 - r / T) / r`, at most 9. */
export function weighErrors(squaredErrors: Float64Array, threshold: number, out: Float64Array): number {
  const limit = threshold * threshold;
  let count = 0;
  for (let i = 0; i < squaredErrors.length; i++) {
    out[i] = 0;
    if (!(squaredErrors[i] < limit)) continue;
    const share = Math.sqrt(squaredErrors[i]) / threshold;
    out[i] = (1 - share) / Math.max(share, FLOOR);
    count++;
  }
  return count;
}
