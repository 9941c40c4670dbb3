/** Modules that were compiled from kernels/assembly by `npm run build:kernels`. */

import { wasmApi } from './api.ts';
import type { WasmMemory } from './api.ts';
import { decode, hasFused, hasSimd } from './support.ts';

/** A module as text: WebAssembly in base64, and a second one with the fused multiply-add where that gains. */
export interface Built {
  readonly plain: string;
  readonly relaxed?: string;
}

/** What was compiled of each, by whether its memory is shared. */
const compiled = new WeakMap<Built, Map<boolean, object>>();

/**
 * Compiles a module when it is first wanted.
 *
 * @param shared whether threads share its memory
 * @returns null where the JavaScript engine has no WebAssembly SIMD
 * @throws WebAssembly.CompileError for invalid code, which is a mistake of ours and no missing feature
 */
export function compileBuilt(built: Built, shared = false): object | null {
  if (!hasSimd()) return null;
  const modules = compiled.get(built) ?? new Map<boolean, object>();
  compiled.set(built, modules);
  let module = modules.get(shared);
  // At once: a compilation that is waited for stands in line behind the optimising of all code compiled before.
  if (!module) modules.set(shared, (module = new wasmApi.Module(bytesOf(built, shared))));
  return module;
}

/** The bytes of a module whose imported memory is shared or not, which one byte tells. */
function bytesOf({ plain, relaxed }: Built, shared: boolean): Uint8Array<ArrayBuffer> {
  const text = relaxed !== undefined && hasFused() ? relaxed : plain;
  const bytes = decode(text);
  bytes[memoryFlags(bytes)] = shared ? 3 : 1;
  return bytes;
}

/** The import of `env.memory`: two names, each after its length, and the kind of what is imported. */
const MEMORY_IMPORT = [...'\x03env\x06memory\x02'].map((character) => character.charCodeAt(0));

/** Where the flags of the imported memory stand: that it has a maximum, and that it is shared. */
function memoryFlags(bytes: Uint8Array): number {
  const at = bytes.findIndex((_, i) => MEMORY_IMPORT.every((byte, k) => bytes[i + k] === byte));
  if (at < 0) throw new Error('Expected a module that imports its memory');
  return at + MEMORY_IMPORT.length;
}

/**
 * The imports of an instance in this memory: with `sleep(at, value)` a thread sleeps for up to a tenth of a millisecond
 * while that is the integer at byte `at` of the memory, which is shared. It is no instruction of the kernels, for in the
 * first code that V8 (11.3) makes of a function the one for that may spoil what follows.
 */
export const importsOf = (memory: WasmMemory): object => ({
  env: { memory },
  threads: {
    sleep: (at: number, value: number) => Atomics.wait(new Int32Array(memory.buffer), at / 4, value, 0.1),
  },
});

/** Where a module finds the sizes of its work, in bytes. */
const SIZES = 64;

/** Fields of a class in a kernel's source, in their order: whole numbers, and floats as arrays of one. */
export type Sizes = Readonly<Record<string, number | Float32Array>>;

/** Writes what a kernel reads as the fields of a class at address 64. */
export function writeSizes(memory: Float32Array, sizes: Sizes): void {
  const integers = new Int32Array(memory.buffer, SIZES);
  Object.values(sizes).forEach((value, i) => {
    if (typeof value === 'number') integers[i] = value;
    else memory.set(value, SIZES / 4 + i);
  });
}
