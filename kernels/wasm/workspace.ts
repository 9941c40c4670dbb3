/** Memory that several kernels work in, so that what one of them makes the next reads where it lies. */

import { wasmApi } from './api.ts';
import type { WasmMemory } from './api.ts';
import { assemble } from './code.ts';
import type { FunctionSource } from './code.ts';

const PAGE = 65536;
const MOST_PAGES = 32768;

/** Bytes at the start of each workspace that a kernel may use as it likes while it runs. */
export const SCRATCH = 2 ** 20;

/** Floats behind each array that vectors may write too far into. */
const SLACK = 16;

const memories = new WeakMap<ArrayBufferLike, WasmMemory>();

/** The memory of the workspace that an array lies in, if it does. */
export const memoryOf = (array: Float32Array): WasmMemory | undefined => memories.get(array.buffer);

/** Whether this JavaScript engine can have any. */
export const hasWorkspaces = (): boolean => wasmApi !== undefined;

/** Arrays in one memory, handed out one after the other until all are given back. */
export class Workspace {
  private readonly memory: WasmMemory;
  private end = SCRATCH;

  /** @param lengths of the arrays that there is to be room for, in floats */
  constructor(lengths: readonly number[]) {
    const bytes = lengths.reduce((sum, length) => sum + bytesOf(length), SCRATCH);
    this.memory = createMemory(bytes);
    memories.set(this.memory.buffer, this.memory);
  }

  /** Whether there would be room for arrays of these lengths if all were given back. */
  holds(lengths: readonly number[]): boolean {
    const bytes = lengths.reduce((sum, length) => sum + bytesOf(length), SCRATCH);
    return bytes + PAGE <= this.memory.buffer.byteLength;
  }

  /** From here on all arrays may be overwritten. */
  rewind(): void {
    this.end = SCRATCH;
  }

  /** An array of what lies there. */
  take(length: number): Float32Array {
    const at = this.end;
    this.end += bytesOf(length);
    return new Float32Array(this.memory.buffer, at, length);
  }
}

const bytesOf = (length: number): number => Math.ceil((length + SLACK) / 16) * 64;

/** A memory of so many bytes and a page, for vectors that read too far. */
export function createMemory(bytes: number): WasmMemory {
  const pages = Math.ceil(bytes / PAGE) + 1;
  return new wasmApi.Memory({ initial: pages, maximum: pages, shared: false });
}

/** Functions that are compiled when first wanted and run in any memory of {@link SCRATCH} bytes or more. */
export function kernelIn<Kernel>(
  functions: () => readonly FunctionSource[],
): (memory: WasmMemory) => Kernel | null {
  let module: object | null | undefined;
  const instances = new WeakMap<WasmMemory, Kernel>();
  return (memory) => {
    module ??= compile(functions());
    if (!module) return null;
    let kernel = instances.get(memory);
    if (!kernel) {
      kernel = new wasmApi.Instance(module, { kernel: { memory } }).exports as Kernel;
      instances.set(memory, kernel);
    }
    return kernel;
  };
}

function compile(functions: readonly FunctionSource[]): object | null {
  const bytes = assemble(functions, SCRATCH / PAGE, false, MOST_PAGES);
  return wasmApi?.validate(bytes) ? new wasmApi.Module(bytes) : null;
}
