/** Grey in WebAssembly SIMD, four pixels at a time, for pictures that are to lie in a workspace. */

import * as w from '../wasm/code.ts';
import { SCRATCH } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { WEIGHTS } from './reference.ts';

/** Pixels brought to the scratch memory at once, with room for vectors that read too far. */
const STRIP = (Math.floor(SCRATCH / 3 / 4) - 16) * 4;

interface Kernel {
  /** As many pixels from `input` as fill floats from `out` to `end`, rounded up to four. */
  grey(input: number, out: number, end: number): void;
}

function greySource(): w.FunctionSource {
  const locals = w.createLocals(3);
  const [input, out, end] = [0, 1, 2];
  const bytes = locals.vector();
  /** One channel of four pixels, each byte widened by zeros. */
  const channel = (c: number): w.Code =>
    w.i32x4.toFloat(
      w.bytes.shuffle(
        w.get(bytes),
        w.f32x4.zero,
        [0, 3, 6, 9].flatMap((at) => [at + c, 16, 16, 16]),
      ),
    );
  const parts = WEIGHTS.map((weight, c) => w.f32x4.multiply(channel(c), w.f32x4.splat(weight)));
  return {
    name: 'grey',
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(bytes, w.f32x4.load(w.get(input))),
      ...w.f32x4.store(w.get(out), w.f32x4.add(w.f32x4.add(parts[0], parts[1]), parts[2])),
      ...w.increase(input, 12),
    ]),
  };
}

const openKernel = kernelIn<Kernel>(() => [greySource()]);

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
