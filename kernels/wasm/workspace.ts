/** Arrays in a memory that several kernels work in, so that what one of them makes the next reads where it lies. */

import { wasmApi } from './api.ts';
import type { WasmMemory } from './api.ts';
import { compileBuilt, importsOf } from './built.ts';
import type { Built } from './built.ts';
import { canHold, giveMemory, SCRATCH, takeMemory, withMemory } from './memory.ts';

/** Floats behind each array that vectors may write too far into. */
const SLACK = 16;

const memories = new WeakMap<ArrayBufferLike, WasmMemory>();

/** The memory of the workspace that an array lies in, if it does. */
export const memoryOf = (array: Float32Array): WasmMemory | undefined => memories.get(array.buffer);

/** Arrays in one memory, handed out one after the other. */
export interface Workspace {
  /** An array of what lies there. */
  take(length: number): Float32Array;
  /** From here on an array, and all that were taken after it, may be overwritten by others. */
  takeBack(array: Float32Array): void;
  /** Gives the memory back, and with it all arrays. */
  release(): void;
}

/**
 * @param lengths of the arrays that there is to be room for, in floats
 * @returns null where there is no such memory
 */
export function openWorkspace(lengths: readonly number[]): Workspace | null {
  const bytes = lengths.reduce((sum, length) => sum + bytesOf(length), SCRATCH);
  if (!canHold(bytes)) return null;
  const memory = takeMemory(bytes);
  const { buffer } = memory;
  memories.set(buffer, memory);
  let end = SCRATCH;
  let mine = true;
  return {
    take(length) {
      const at = end;
      end += bytesOf(length);
      return new Float32Array(buffer, at, length);
    },
    takeBack({ byteOffset }) {
      end = byteOffset;
    },
    release() {
      if (!mine) return;
      mine = false;
      memories.delete(buffer);
      giveMemory(memory);
    },
  };
}

const bytesOf = (length: number): number => Math.ceil((length + SLACK) / 16) * 64;

/**
 * A module that is compiled when first wanted and runs in any memory that was taken by `takeMemory`.
 *
 * @returns a function that gives null without WebAssembly SIMD, and throws WebAssembly.CompileError for invalid code
 */
export function kernelIn<Kernel>(built: Built): (memory: WasmMemory) => Kernel | null {
  let module: object | null | undefined;
  const instances = new WeakMap<WasmMemory, Kernel>();
  return (memory) => {
    if (module === undefined) module = compileBuilt(built);
    if (!module) return null;
    let kernel = instances.get(memory);
    if (!kernel) {
      kernel = new wasmApi.Instance(module, importsOf(memory)).exports as Kernel;
      instances.set(memory, kernel);
    }
    return kernel;
  };
}

/**
 * The same, in a memory of so many bytes that is lent to `use`, which must not keep any of it.
 *
 * @returns a function that gives null, and calls nothing, without SIMD or so much memory
 */
export function kernelWithMemory<Kernel>(built: Built) {
  const open = kernelIn<Kernel>(built);
  return <Result>(bytes: number, use: (kernel: Kernel, buffer: ArrayBuffer) => Result): Result | null => {
    if (!canHold(bytes)) return null;
    return withMemory(bytes, (memory) => {
      const kernel = open(memory);
      return kernel && use(kernel, memory.buffer);
    });
  };
}
