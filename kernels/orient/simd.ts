/** Histograms of directions in WebAssembly SIMD, four samples at a time. */

import * as built from '../built/orient.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { BINS, radiusOf, samplesOf } from './types.ts';
import type { GreyPlane, Surroundings } from './types.ts';

/** Places in bytes: the bins behind two that repeat the last, what comes of them, and weights of columns and rows. */
const [BINS_AT, SMOOTH_AT, COLUMNS_AT, ROWS_AT] = [64, 256, 1024, 65536];
/** Columns and rows that there are weights for. */
const MOST = (ROWS_AT - COLUMNS_AT) / 4 - 4;

interface Kernel {
  /**
   * Adds rows of samples to the bins: rows of weights from `row` to `rowEnd` and columns of them up to `columnEnd`,
   * four at a time; the first sample is at `at`, and `pitch` bytes lie between rows of the plane.
   */
  every(row: number, rowEnd: number, columnEnd: number, at: number, pitch: number): void;
  /** The same of every second sample each way. */
  second(row: number, rowEnd: number, columnEnd: number, at: number, pitch: number): void;
  smooth(): void;
}

const openKernel = kernelIn<Kernel>(built);

/** @returns null where this cannot do it: the image lies in no workspace, so no SIMD, or too far around a place */
export function histogramSimd(
  { width, height, data }: GreyPlane,
  around: Surroundings,
  step: 1 | 2,
): Float32Array | null {
  const radius = radiusOf(around);
  const memory = memoryOf(data);
  const kernel = memory && 2 * radius < MOST ? openKernel(memory) : null;
  if (!kernel) return null;
  const floats = new Float32Array(memory!.buffer, 0, (2 * ROWS_AT - COLUMNS_AT) / 4);
  floats.fill(0, BINS_AT / 4, SMOOTH_AT / 4);
  const rows = samplesOf(around.y, radius, height, step);
  const columns = samplesOf(around.x, radius, width, step);
  if (rows.count && columns.count) {
    writeWeights(floats, COLUMNS_AT / 4, columns.first - around.x, columns.count, step, around.spread);
    writeWeights(floats, ROWS_AT / 4, rows.first - around.y, rows.count, step, around.spread);
    const at = data.byteOffset + 4 * (rows.first * width + columns.first);
    const [columnEnd, rowEnd] = [COLUMNS_AT + 4 * columns.count, ROWS_AT + 4 * rows.count];
    kernel[step === 1 ? 'every' : 'second'](ROWS_AT, rowEnd, columnEnd, at, 4 * width);
  }
  kernel.smooth();
  return floats.slice(SMOOTH_AT / 4, SMOOTH_AT / 4 + BINS);
}

/** Of a Gaussian at `count` samples from `first` on, and zeros for those that fill a vector. */
function writeWeights(
  floats: Float32Array,
  to: number,
  first: number,
  count: number,
  step: number,
  spread: number,
): void {
  for (let k = 0, x = first; k < count; k++, x += step)
    floats[to + k] = Math.exp(-(x * x) / (2 * spread * spread));
  floats.fill(0, to + count, to + count + 3);
}
