/** Distances in WebAssembly SIMD: what comes from the row before four pixels at a time, and then one after the other. */

import * as built from '../built/distance.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';

interface Kernel {
  /**
   * Steps to pixels from `at` to `end` by way of the row at `before`, where the mask is 1, and of each other from the
   * first to the last.
   */
  down(at: number, end: number, before: number, mask: number): void;
  /** The same from the last to the first, for pixels that have been reached the other way. */
  up(at: number, end: number, after: number): void;
  /** Steps become pixels. */
  finish(at: number, end: number): void;
}

const withKernel = kernelWithMemory<Kernel>(built);

/** @returns null where this cannot do it: no SIMD here, or more than 2 GiB of pixels */
export function distanceSimd(mask: Uint8Array, width: number, height: number): Float32Array | null {
  const layout = createLayout('masks');
  // Zeros beside a row, one before it and as many behind as a vector may reach too far.
  const pitch = 4 * (width + 5);
  const places = {
    plane: layout.place((pitch / 4) * (height + 2)),
    mask: layout.place(Math.ceil(width / 4) + 1),
  };
  return withKernel(layout.bytes(), (kernel, buffer) =>
    distanceIn(buffer, kernel, mask, width, height, pitch, places),
  );
}

function distanceIn(
  buffer: ArrayBuffer,
  kernel: Kernel,
  mask: Uint8Array,
  width: number,
  height: number,
  pitch: number,
  places: { readonly plane: number; readonly mask: number },
): Float32Array {
  const [floats, bytes] = [new Float32Array(buffer), new Uint8Array(buffer)];
  floats.fill(0, places.plane / 4, places.plane / 4 + (pitch / 4) * (height + 2));
  bytes.fill(0, places.mask + width, places.mask + width + 4);
  const rowAt = (y: number): number => places.plane + (y + 1) * pitch + 4;
  for (let y = 0; y < height; y++) {
    bytes.set(mask.subarray(y * width, (y + 1) * width), places.mask);
    kernel.down(rowAt(y), rowAt(y) + 4 * width, rowAt(y - 1), places.mask);
  }
  for (let y = height - 1; y >= 0; y--) kernel.up(rowAt(y), rowAt(y) + 4 * width, rowAt(y + 1));
  kernel.finish(rowAt(0), rowAt(height));
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) out.set(floats.subarray(rowAt(y) / 4, rowAt(y) / 4 + width), y * width);
  return out;
}
