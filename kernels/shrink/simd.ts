/** Means of areas in WebAssembly SIMD: rows are summed down first, eight values at a time, then pixels across. */

import * as built from '../built/shrink.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import { coverageOf } from './coverage.ts';
import type { ByteImage } from '../resample/index.ts';

/** 3 MiB, so that a strip stays in the cache. */
const MEMORY = 3 * 2 ** 20;
/** Bytes behind a region that vectors may read or write too far. */
const SLACK = 64;

interface Kernel {
  /**
   * The sums of rows of bytes, `pitch` apart from `input` on, by the weights from `weights` to `weightsEnd`; floats
   * from `out` to `end`, rounded up to eight.
   */
  down(input: number, weights: number, weightsEnd: number, pitch: number, out: number, end: number): void;
  /** Pixels of bytes from `out` to `end`, each from floats of a row as an entry of a table of `entry` bytes says. */
  across(row: number, table: number, entry: number, out: number, end: number): void;
}

const withKernel = kernelWithMemory<Kernel>(built);

/** @returns null where this cannot do it: no SIMD here, or rows too long for its memory */
export const shrinkSimd = (image: ByteImage, newWidth: number, newHeight: number): ByteImage | null =>
  withKernel(MEMORY, (kernel, buffer) => shrinkIn(buffer, kernel, image, newWidth, newHeight));

function shrinkIn(
  buffer: ArrayBuffer,
  kernel: Kernel,
  { width, height, data }: ByteImage,
  newWidth: number,
  newHeight: number,
): ByteImage | null {
  const [columns, rows] = [coverageOf(width, newWidth), coverageOf(height, newHeight)];
  const entry = 4 + 4 * columns.taps;
  const [stride, newStride] = [3 * width, 3 * newWidth];
  const table = 4 * rows.shares.length + SLACK;
  const row = table + newWidth * entry + SLACK;
  const input = row + 4 * stride + SLACK;
  // New rows at a time: their old rows and themselves, and what the old rows of one overlap those of the next.
  const each = Math.ceil((height / newHeight) * stride) + newStride;
  const atOnce = Math.floor((MEMORY - input - (rows.taps + 2) * stride - 2 * SLACK) / each);
  if (atOnce < 1) return null;
  const bytes = new Uint8Array(buffer);
  new Float32Array(buffer).set(rows.shares);
  writeTable(buffer, table, columns);
  const out = new Uint8Array(newHeight * newStride);
  for (let top = 0; top < newHeight; top += atOnce) {
    const bottom = Math.min(newHeight, top + atOnce);
    const [from, to] = [rows.first[top], rows.first[bottom - 1] + rows.taps];
    bytes.set(data.subarray(from * stride, to * stride), input);
    const result = input + (to - from) * stride + SLACK;
    for (let y = top; y < bottom; y++) {
      const weights = 4 * y * rows.taps;
      const first = input + (rows.first[y] - from) * stride;
      kernel.down(first, weights, weights + 4 * rows.taps, stride, row, row + 4 * stride);
      const place = result + (y - top) * newStride;
      kernel.across(row, table, entry, place, place + newStride);
    }
    out.set(bytes.subarray(result, result + (bottom - top) * newStride), top * newStride);
  }
  return { width: newWidth, height: newHeight, data: out };
}

function writeTable(
  buffer: ArrayBuffer,
  at: number,
  { first, shares, taps }: ReturnType<typeof coverageOf>,
): void {
  const [floats, integers] = [new Float32Array(buffer), new Int32Array(buffer)];
  for (let i = 0, k = at / 4; i < first.length; i++, k += 1 + taps) {
    integers[k] = 12 * first[i];
    floats.set(shares.subarray(i * taps, (i + 1) * taps), k + 1);
  }
}
