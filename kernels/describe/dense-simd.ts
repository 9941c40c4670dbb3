/** Descriptors from all pixels in WebAssembly SIMD: four pixels at a time, each shared out on its own. */

import * as built from '../built/describe-dense.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { windowOf } from './dense-reference.ts';
import { CELLS, DIRECTIONS, LENGTH } from './grid.ts';
import type { GreyPlane, Places } from './types.ts';

/**
 * Places in bytes: a cell's steps along both axes, the first pixel's and the last column's distance from the place, its
 * direction in eighths of a turn; then the sums. Those have a cell more on each side, and a direction more that is the
 * first again, so that sharing among neighbours needs no checks.
 */
const [COS, SIN, FIRST_X, FIRST_Y, LAST_X, TURNS, SUMS] = [0, 4, 8, 12, 16, 20, 64];
const CELL = 4 * (DIRECTIONS + 1);
const ROW = (CELLS + 2) * CELL;
const SUMS_BYTES = (CELLS + 2) * ROW;

interface Kernel {
  /** Sums `rows` of pixels of `columns` from `at` on, in a plane whose rows are `pitch` bytes long. */
  sum(at: number, pitch: number, columns: number, rows: number): void;
}

const openKernel = kernelIn<Kernel>(built);

/** @returns null where this cannot do it: the image lies in no workspace, so no SIMD */
export function describeDenseSimd(plane: GreyPlane, places: Places): Float32Array | null {
  const memory = memoryOf(plane.data);
  const kernel = memory && openKernel(memory);
  if (!kernel) return null;
  const floats = new Float32Array(memory.buffer, 0, (SUMS + SUMS_BYTES) / 4);
  const out = new Float32Array((places.length / 4) * LENGTH);
  for (let i = 0; 4 * i < places.length; i++) {
    const [x, y, side, angle] = places.subarray(4 * i, 4 * i + 4);
    const { left, right, top, bottom } = windowOf(plane, x, y, side);
    if (right < left || bottom < top) continue;
    floats[COS / 4] = Math.cos(angle) / side;
    floats[SIN / 4] = Math.sin(angle) / side;
    floats[FIRST_X / 4] = left - x;
    floats[FIRST_Y / 4] = top - y;
    floats[LAST_X / 4] = right - x + 0.5;
    floats[TURNS / 4] = (angle * DIRECTIONS) / (2 * Math.PI);
    const at = plane.data.byteOffset + 4 * (top * plane.width + left);
    kernel.sum(at, 4 * plane.width, right - left + 1, bottom - top + 1);
    readSums(floats, out, i * LENGTH);
  }
  return out;
}

/** The cells that count, and the direction that is the first again. */
function readSums(floats: Float32Array, out: Float32Array, at: number): void {
  for (let r = 0; r < CELLS; r++)
    for (let c = 0; c < CELLS; c++) {
      const from = (SUMS + (r + 1) * ROW + (c + 1) * CELL) / 4;
      const to = at + (r * CELLS + c) * DIRECTIONS;
      for (let d = 0; d < DIRECTIONS; d++) out[to + d] = floats[from + d];
      out[to] += floats[from + DIRECTIONS];
    }
}
