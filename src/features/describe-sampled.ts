/** SIFT's histograms from few samples: a fraction of the time, for pictures whose scales are much alike. */

import { describePlaces, DESCRIPTOR_LENGTH } from '../../kernels/describe/index.ts';
import { finishDescriptor } from './describe-sift.ts';
import { placeOf } from './scale-space.ts';
import type { Place, ScaleSpace } from './scale-space.ts';
import type { DescriptorKind, Descriptors, Keypoints } from './types.ts';

/** Side of a cell in multiples of the keypoint's scale. */
const CELL_SIDE = 3;

/** As `describeSift`, from 225 samples a keypoint instead of all pixels. */
export function describeSampled(space: ScaleSpace, keypoints: Keypoints, kind: DescriptorKind): Descriptors {
  const { points, scales, angles } = keypoints;
  const count = scales.length;
  const length = DESCRIPTOR_LENGTH;
  const data = new Float32Array(count * length);
  const places = Array.from(scales, (scale, i) => placeOf(space, points[2 * i], points[2 * i + 1], scale));
  for (const [layer, members] of groupByLayer(places)) {
    const { width, height } = places[members[0]].octave;
    const found = describePlaces({ width, height, data: layer }, placesOf(members, places, angles));
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
