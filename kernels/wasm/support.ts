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

let simd: boolean | undefined;

/** Whether there are vectors of 128 bits: asked once, of a module that has nothing else. */
export const hasSimd = (): boolean => (simd ??= supports(f32x4.zero));

/** Whether multiply and add are one instruction: relaxed SIMD, in Node from version 21 on. */
export const hasFused = (): boolean => supports(f32x4.fused(f32x4.zero, f32x4.zero, f32x4.zero));

/**
 * Compiles a module at once.
 *
 * @returns null where the JavaScript engine has no WebAssembly SIMD
 * @throws WebAssembly.CompileError for invalid code, which is a mistake of ours and no missing feature
 */
export const compile = (bytes: Uint8Array): object | null => (hasSimd() ? new wasmApi.Module(bytes) : null);
