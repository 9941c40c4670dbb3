import { wasmApi } from './api.ts';
import { assemble, createLocals, f32x4 } from './code.ts';
import type { Code } from './code.ts';

/** Whether the JavaScript engine knows the instructions of `code`, which leaves one vector. */
function supports(code: Code): boolean {
  const locals = createLocals(0);
  const vector = locals.vector();
  const body = [...code, 0x21, vector];
  return wasmApi !== undefined && wasmApi.validate(assemble([{ name: 'probe', locals, body }], 1, false));
}

/** Whether there are vectors of 128 bits. */
export const hasSimd = (): boolean => supports(f32x4.zero);

/** Whether multiply and add are one instruction: relaxed SIMD, in Node from version 21 on. */
export const hasFused = (): boolean => supports(f32x4.fused(f32x4.zero, f32x4.zero, f32x4.zero));
