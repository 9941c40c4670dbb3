import { packKeypoints } from './keypoint-list.ts';
import type { Features } from '../types.ts';

/** The features of several sets in one, in their order; the descriptors must be of one length. */
export function poolFeatures(sets: readonly Features[]): Features {
  const filled = sets.filter(({ descriptors }) => descriptors.count > 0);
  const length = filled[0]?.descriptors.length ?? 0;
  const count = filled.reduce((sum, { descriptors }) => sum + descriptors.count, 0);
  const keypoints = {
    points: new Float64Array(2 * count),
    scales: new Float32Array(count),
    angles: new Float32Array(count),
    responses: new Float32Array(count),
  };
  const data = new Float32Array(count * length);
  let at = 0;
  for (const { keypoints: from, descriptors } of filled) {
    keypoints.points.set(from.points, 2 * at);
    keypoints.scales.set(from.scales, at);
    keypoints.angles.set(from.angles, at);
    keypoints.responses.set(from.responses, at);
    data.set(descriptors.data, at * length);
    at += descriptors.count;
  }
  return { keypoints, descriptors: { count, length, data } };
}

/** Those features that `keep` says yes to, by their place. */
export function filterFeatures(
  { keypoints, descriptors }: Features,
  keep: (x: number, y: number) => boolean,
): Features {
  const kept: number[] = [];
  for (let i = 0; i < keypoints.scales.length; i++)
    if (keep(keypoints.points[2 * i], keypoints.points[2 * i + 1])) kept.push(i);
  const { length } = descriptors;
  const data = new Float32Array(kept.length * length);
  kept.forEach((i, k) => data.set(descriptors.data.subarray(i * length, (i + 1) * length), k * length));
  const list = kept.map((i) => ({
    x: keypoints.points[2 * i],
    y: keypoints.points[2 * i + 1],
    scale: keypoints.scales[i],
    angle: keypoints.angles[i],
    response: keypoints.responses[i],
  }));
  return { keypoints: packKeypoints(list), descriptors: { count: kept.length, length, data } };
}
