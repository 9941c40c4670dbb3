import type { Descriptors, Patches } from '../../features/index.ts';
import { normalizeLength } from './standardize.ts';

/** 4 x 4 cells of 8 directions each. */
const [CELLS, DIRECTIONS] = [4, 8];
const LENGTH = CELLS * CELLS * DIRECTIONS;

/** Entries of the vector of length 1 are cut here, so that a few strong edges do not outweigh all else. */
const CLIP = 0.2;

/** Shares smaller than this of the greatest gradient's are rounding, not structure. */
const FLAT = 1e-3;

/**
 * SIFT (Lowe 2004, section 6) of whole square patches, which are taken to be turned and scaled already: a patch is
 * the descriptor's window, 4 cells wide. Gradients of the patch, weighted by a Gaussian of half its width, are shared
 * out among the nearest cells and directions; the vector gets length 1, is clipped at 0.2, and gets length 1 again.
 * A flat patch is all zeros.
 *
 * Differs from the descriptor of a keypoint in that nothing outside the patch is seen, and the patch is smoothed as
 * it comes: Lowe smooths to a twelfth of the width (`smoothPatches`).
 */
export function describeSiftPatches(patches: Patches): Descriptors {
  const { count, size } = patches;
  const data = new Float32Array(count * LENGTH);
  const window = makeWindow(size);
  for (let i = 0; i < count; i++) {
    const out = data.subarray(i * LENGTH, (i + 1) * LENGTH);
    addGradients(patches.data, i * size * size, window, out);
    finish(out);
  }
  return { count, length: LENGTH, data };
}

/**
 * RootSIFT (Arandjelovic and Zisserman 2012): the square roots of SIFT divided by its sum. Their Euclidean distance is
 * the Hellinger distance of the histograms.
 */
export function describeRootSift(patches: Patches): Descriptors {
  const { count, length, data } = describeSiftPatches(patches);
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * length, (i + 1) * length);
    const sum = row.reduce((total, value) => total + value, 0);
    if (sum > 0) for (let k = 0; k < length; k++) row[k] = Math.sqrt(row[k] / sum);
  }
  return { count, length, data };
}

/** For each column (or row): the two cells that share it and by how much, and the Gaussian's factor. */
interface Window {
  readonly size: number;
  /** The lower of the two cells, -1 to 3; those outside 0 to 3 get nothing. */
  readonly cell: Int8Array;
  /** The upper cell's share. */
  readonly share: Float32Array;
  readonly weight: Float32Array;
}

function makeWindow(size: number): Window {
  const cell = new Int8Array(size);
  const share = new Float32Array(size);
  const weight = new Float32Array(size);
  const middle = (size - 1) / 2;
  for (let x = 0; x < size; x++) {
    // Cell k has its centre at (k + 0.5) quarters of the patch.
    const position = ((x + 0.5) * CELLS) / size - 0.5;
    cell[x] = Math.floor(position);
    share[x] = position - Math.floor(position);
    weight[x] = Math.exp(-0.5 * ((x - middle) / (size / 2)) ** 2);
  }
  return { size, cell, share, weight };
}

/** Adds the gradient of every pixel to the histograms; differences at the border are one-sided. */
function addGradients(values: Float32Array, start: number, window: Window, out: Float32Array): void {
  const { size, weight } = window;
  for (let y = 0; y < size; y++) {
    const up = start + Math.max(y - 1, 0) * size;
    const down = start + Math.min(y + 1, size - 1) * size;
    const row = start + y * size;
    for (let x = 0; x < size; x++) {
      const dx = values[row + Math.min(x + 1, size - 1)] - values[row + Math.max(x - 1, 0)];
      const dy = values[down + x] - values[up + x];
      const magnitude = Math.sqrt(dx * dx + dy * dy);
      if (magnitude < FLAT) continue;
      const turn = Math.atan2(dy, dx) / (2 * Math.PI);
      shareOut(
        window,
        x,
        y,
        (turn < 0 ? turn + 1 : turn) * DIRECTIONS,
        magnitude * weight[x] * weight[y],
        out,
      );
    }
  }
}

/** Shares an amount out among two directions of up to four cells. */
function shareOut(
  { cell, share }: Window,
  x: number,
  y: number,
  direction: number,
  amount: number,
  out: Float32Array,
): void {
  const lower = Math.floor(direction);
  const upperShare = direction - lower;
  const first = lower % DIRECTIONS;
  const second = (lower + 1) % DIRECTIONS;
  for (let j = 0; j < 2; j++) {
    const row = cell[y] + j;
    if (row < 0 || row >= CELLS) continue;
    const byRow = amount * (j ? share[y] : 1 - share[y]);
    for (let i = 0; i < 2; i++) {
      const column = cell[x] + i;
      if (column < 0 || column >= CELLS) continue;
      const part = byRow * (i ? share[x] : 1 - share[x]);
      const at = (row * CELLS + column) * DIRECTIONS;
      out[at + first] += part * (1 - upperShare);
      out[at + second] += part * upperShare;
    }
  }
}

function finish(vector: Float32Array): void {
  normalizeLength(vector);
  for (let k = 0; k < vector.length; k++) vector[k] = Math.min(vector[k], CLIP);
  normalizeLength(vector);
}
