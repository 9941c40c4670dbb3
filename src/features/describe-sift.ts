/** SIFT and RootSIFT: histograms of gradients in 4 x 4 cells of 8 directions. */

import { placeOf } from './scale-space.ts';
import type { Place, ScaleSpace } from './scale-space.ts';
import type { Descriptors, DescriptorKind, Keypoints } from './types.ts';

const CELLS = 4;
const DIRECTIONS = 8;
export const SIFT_LENGTH = CELLS * CELLS * DIRECTIONS;

/** Side of a cell in multiples of the keypoint's scale. */
const CELL_SIDE = 3;

/** Values above this share of the vector's length are cut, so that a single edge does not decide. */
const CLIP = 0.2;

/** Describes keypoints by the gradients around them (Lowe 2004, section 6). */
export function describeSift(space: ScaleSpace, keypoints: Keypoints, kind: DescriptorKind): Descriptors {
  const count = keypoints.scales.length;
  const data = new Float32Array(count * SIFT_LENGTH);
  for (let i = 0; i < count; i++) {
    const place = placeOf(space, keypoints.points[2 * i], keypoints.points[2 * i + 1], keypoints.scales[i]);
    const out = data.subarray(i * SIFT_LENGTH, (i + 1) * SIFT_LENGTH);
    collectGradients(place, keypoints.angles[i]);
    readHistogram(out);
    finishDescriptor(out, kind);
  }
  return { count, length: SIFT_LENGTH, data };
}

// One cell more on each side and one direction more, so that the sharing among neighbours needs no checks.
const PITCH_X = DIRECTIONS + 1;
const PITCH_Y = (CELLS + 2) * PITCH_X;
const histogram = new Float32Array((CELLS + 2) * PITCH_Y);

/** Shares every gradient around the place among the two nearest cells each way and the two nearest directions. */
function collectGradients({ octave, layer, x, y, sigma }: Place, angle: number): void {
  const { width, height } = octave;
  const side = CELL_SIDE * sigma;
  const cos = Math.cos(angle) / side;
  const sin = Math.sin(angle) / side;
  const radius = Math.min(
    Math.round(side * Math.SQRT2 * (CELLS + 1) * 0.5),
    Math.ceil(Math.hypot(width, height)),
  );
  const [cx, cy] = [Math.round(x), Math.round(y)];
  const exponent = -1 / (CELLS * CELLS * 0.5);
  const perTurn = DIRECTIONS / (2 * Math.PI);
  const turns = angle * perTurn;
  histogram.fill(0);
  for (let py = Math.max(1, cy - radius); py <= Math.min(height - 2, cy + radius); py++)
    for (let px = Math.max(1, cx - radius); px <= Math.min(width - 2, cx + radius); px++) {
      const rx = px - x;
      const ry = py - y;
      // In cells, turned to the keypoint's direction, from its centre.
      const u = cos * rx + sin * ry;
      const v = cos * ry - sin * rx;
      const column = u + CELLS / 2 - 0.5;
      const row = v + CELLS / 2 - 0.5;
      if (!(column > -1 && column < CELLS && row > -1 && row < CELLS)) continue;
      const i = py * width + px;
      const dx = layer[i + 1] - layer[i - 1];
      const dy = layer[i + width] - layer[i - width];
      let direction = Math.atan2(dy, dx) * perTurn - turns;
      direction -= Math.floor(direction / DIRECTIONS) * DIRECTIONS;
      const size = Math.sqrt(dx * dx + dy * dy) * Math.exp(exponent * (u * u + v * v));
      share(row, column, direction, size);
    }
}

function share(row: number, column: number, direction: number, size: number): void {
  const r = Math.floor(row);
  const c = Math.floor(column);
  const d = Math.min(Math.floor(direction), DIRECTIONS - 1);
  const [fr, fc, fd] = [row - r, column - c, direction - d];
  const at = (r + 1) * PITCH_Y + (c + 1) * PITCH_X + d;
  const lower = size * fr;
  const upper = size - lower;
  const [lowerRight, upperRight] = [lower * fc, upper * fc];
  const [lowerLeft, upperLeft] = [lower - lowerRight, upper - upperRight];
  histogram[at] += upperLeft * (1 - fd);
  histogram[at + 1] += upperLeft * fd;
  histogram[at + PITCH_X] += upperRight * (1 - fd);
  histogram[at + PITCH_X + 1] += upperRight * fd;
  histogram[at + PITCH_Y] += lowerLeft * (1 - fd);
  histogram[at + PITCH_Y + 1] += lowerLeft * fd;
  histogram[at + PITCH_Y + PITCH_X] += lowerRight * (1 - fd);
  histogram[at + PITCH_Y + PITCH_X + 1] += lowerRight * fd;
}

function readHistogram(out: Float32Array): void {
  let k = 0;
  for (let r = 0; r < CELLS; r++)
    for (let c = 0; c < CELLS; c++) {
      const at = (r + 1) * PITCH_Y + (c + 1) * PITCH_X;
      for (let d = 0; d < DIRECTIONS; d++) out[k++] = histogram[at + d];
      // The last direction's neighbour is the first.
      out[k - DIRECTIONS] += histogram[at + DIRECTIONS];
    }
}

/** Length 1, cut, length 1 again; for RootSIFT the roots of the shares instead. */
export function finishDescriptor(out: Float32Array, kind: DescriptorKind): void {
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
