/** SIFT and RootSIFT: histograms of gradients in 4 x 4 cells of 8 directions. */

import { describeDense, describePlaces, DESCRIPTOR_LENGTH } from '../../../kernels/describe/index.ts';
import { placeOf } from '../scale-space/index.ts';
import type { Place, ScaleSpace } from '../scale-space/index.ts';
import type { Descriptors, DescriptorKind, Keypoints } from '../types.ts';

/** Side of a cell in multiples of the keypoint's scale. */
const CELL_SIDE = 3;

/** Values above this share of the vector's length are cut, so that a single edge does not decide. */
const CLIP = 0.2;

/**
 * Describes keypoints by the gradients around them (Lowe 2004, section 6).
 *
 * @param gradients those of all pixels, or of 225 samples a keypoint: a fraction of the time, for images whose scales
 *   are much alike
 */
export function describeSift(
  space: ScaleSpace,
  keypoints: Keypoints,
  kind: DescriptorKind,
  gradients: 'all' | 'samples',
): Descriptors {
  const { points, scales, angles } = keypoints;
  const count = scales.length;
  const length = DESCRIPTOR_LENGTH;
  const data = new Float32Array(count * length);
  const places = Array.from(scales, (scale, i) => placeOf(space, points[2 * i], points[2 * i + 1], scale));
  const describe = gradients === 'all' ? describeDense : describePlaces;
  for (const [layer, members] of groupByLayer(places)) {
    const { width, height } = places[members[0]].octave;
    const found = describe({ width, height, data: layer }, placesOf(members, places, angles));
    members.forEach((i, k) => {
      const out = data.subarray(i * length, (i + 1) * length);
      out.set(found.subarray(k * length, (k + 1) * length));
      finishDescriptor(out, kind);
    });
  }
  return { count, length, data };
}

function groupByLayer(places: readonly Place[]): Map<Float32Array, number[]> {
  const groups = new Map<Float32Array, number[]>();
  places.forEach(({ layer }, i) => {
    const group = groups.get(layer);
    if (group) group.push(i);
    else groups.set(layer, [i]);
  });
  return groups;
}

function placesOf(members: readonly number[], places: readonly Place[], angles: Float32Array): Float32Array {
  const out = new Float32Array(4 * members.length);
  members.forEach((i, k) => {
    const { x, y, sigma } = places[i];
    out[4 * k] = x;
    out[4 * k + 1] = y;
    out[4 * k + 2] = CELL_SIDE * sigma;
    out[4 * k + 3] = angles[i];
  });
  return out;
}

/** Length 1, cut, length 1 again; for RootSIFT the roots of the shares instead. */
function finishDescriptor(out: Float32Array, kind: DescriptorKind): void {
  scaleTo(out, Math.sqrt(sumSquares(out)));
  for (let i = 0; i < out.length; i++) out[i] = Math.min(out[i], CLIP);
  if (kind === 'rootsift') {
    let sum = 0;
    for (let i = 0; i < out.length; i++) sum += out[i];
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(sum > 0 ? out[i] / sum : 0);
  } else scaleTo(out, Math.sqrt(sumSquares(out)));
}

function sumSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

function scaleTo(values: Float32Array, length: number): void {
  if (length > 0) for (let i = 0; i < values.length; i++) values[i] /= length;
}
