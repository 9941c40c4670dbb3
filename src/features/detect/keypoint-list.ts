import type { Keypoints } from '../types.ts';

/** One keypoint while keypoints are being found. */
export interface Keypoint {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly angle: number;
  readonly response: number;
}

/** Keypoints in the layout of the public type. */
export function packKeypoints(list: readonly Keypoint[]): Keypoints {
  const points = new Float64Array(list.length * 2);
  list.forEach(({ x, y }, i) => {
    points[2 * i] = x;
    points[2 * i + 1] = y;
  });
  return {
    points,
    scales: Float32Array.from(list, ({ scale }) => scale),
    angles: Float32Array.from(list, ({ angle }) => angle),
    responses: Float32Array.from(list, ({ response }) => response),
  };
}
