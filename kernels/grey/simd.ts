/** Grey in WebAssembly SIMD, four pixels at a time, for images that are to lie in a workspace. */

import * as built from '../built/grey.ts';
import { SCRATCH } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';

/** Pixels brought to the scratch memory at once, with room for vectors that read too far. */
const STRIP = (Math.floor(SCRATCH / 3 / 4) - 16) * 4;

interface Kernel {
  /** As many pixels from `input` as fill floats from `out` to `end`, rounded up to four. */
  grey(input: number, out: number, end: number): void;
}

const openKernel = kernelIn<Kernel>(built);

/** @returns false where this cannot do it: `out` lies in no workspace */
export function greySimd(rgb: Uint8Array, out: Float32Array): boolean {
  const memory = memoryOf(out);
  const kernel = memory && openKernel(memory);
  if (!kernel) return false;
  const bytes = new Uint8Array(memory.buffer);
  for (let start = 0; start < out.length; start += STRIP) {
    const stop = Math.min(out.length, start + STRIP);
    bytes.set(rgb.subarray(3 * start, 3 * stop));
    kernel.grey(0, out.byteOffset + 4 * start, out.byteOffset + 4 * stop);
  }
  return true;
}
