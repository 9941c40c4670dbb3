import { directionOf, TURN } from './directions.ts';
import type { Keypoint } from './keypoint-list.ts';
import { placeOf } from './scale-space.ts';
import type { Place, ScaleSpace } from './scale-space.ts';

const BINS = 36;
const bins = new Float64Array(BINS);
/** The nearest bin of each direction. */
const BIN_OF = Uint8Array.from({ length: TURN }, (_, k) => Math.round((k * BINS) / TURN) % BINS);
const smooth = new Float64Array(BINS);

/**
 * The keypoints with their directions: each peak of the histogram of gradient directions around it that reaches 80 %
 * of the highest gives one (Lowe 2004, section 5), from x towards y.
 *
 * @param step take every pixel, or every second each way
 */
export function orientKeypoints(space: ScaleSpace, keypoints: readonly Keypoint[], step = 1): Keypoint[] {
  return keypoints.flatMap((keypoint) => {
    const place = placeOf(space, keypoint.x, keypoint.y, keypoint.scale);
    return dominantAngles(place, step).map((angle) => ({ ...keypoint, angle }));
  });
}

function dominantAngles(place: Place, step: number): number[] {
  fillHistogram(place, step);
  for (let i = 0; i < BINS; i++)
    smooth[i] =
      (bins[(i + BINS - 2) % BINS] + bins[(i + 2) % BINS]) / 16 +
      (bins[(i + BINS - 1) % BINS] + bins[(i + 1) % BINS]) / 4 +
      (bins[i] * 6) / 16;
  let highest = 0;
  for (let i = 0; i < BINS; i++) if (smooth[i] > highest) highest = smooth[i];
  const out: number[] = [];
  for (let i = 0; i < BINS; i++) {
    const left = smooth[(i + BINS - 1) % BINS];
    const right = smooth[(i + 1) % BINS];
    if (!(smooth[i] > left && smooth[i] > right && smooth[i] >= 0.8 * highest)) continue;
    const bin = i + (left - right) / (2 * (left - 2 * smooth[i] + right));
    const angle = (bin * 2 * Math.PI) / BINS;
    out.push(angle > Math.PI ? angle - 2 * Math.PI : angle);
  }
  return out;
}

/** Gradient lengths by direction, each direction rounded to the nearest bin, weighted by a Gaussian. */
function fillHistogram({ octave, layer, x, y, sigma }: Place, step: number): void {
  const { width, height } = octave;
  const spread = 1.5 * sigma;
  const radius = Math.round(3 * spread);
  const [cx, cy] = [Math.round(x), Math.round(y)];
  const weights = gaussianSide(spread, radius);
  bins.fill(0);
  for (let py = Math.max(1, cy - radius); py <= Math.min(height - 2, cy + radius); py += step) {
    const weightY = weights[Math.abs(py - cy)];
    for (let px = Math.max(1, cx - radius); px <= Math.min(width - 2, cx + radius); px += step) {
      const i = py * width + px;
      const dx = layer[i + 1] - layer[i - 1];
      const dy = layer[i + width] - layer[i - width];
      const size = Math.sqrt(dx * dx + dy * dy);
      const bin = BIN_OF[directionOf(dx, dy, size)];
      bins[bin] += weightY * weights[Math.abs(px - cx)] * size;
    }
  }
}

let side = new Float64Array(0);

/** `exp(-k^2 / (2 spread^2))` for k up to `radius`; the array is used again. */
function gaussianSide(spread: number, radius: number): Float64Array {
  if (side.length <= radius) side = new Float64Array(2 * radius + 1);
  for (let k = 0; k <= radius; k++) side[k] = Math.exp(-(k * k) / (2 * spread * spread));
  return side;
}
