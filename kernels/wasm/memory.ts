/**
 * Memory that kernels take turns in. What one of them holds is of no use to it between two calls, so one memory, as
 * large as the largest that was asked for, serves those of all stages of a job.
 */

import { wasmApi } from './api.ts';
import type { WasmMemory } from './api.ts';

const PAGE = 65536;

/** 2 GiB; every memory may grow to it, and no kernel's module asks for less. */
export const MOST_PAGES = 32768;

/** Bytes at the start of each memory that any kernel may use as it likes while it runs. */
export const SCRATCH = 2 ** 20;

/** A memory of this many bytes or less waits for its next user; a larger one until the garbage collector comes. */
const KEPT = 2 ** 25;

interface Idle {
  readonly memory: WeakRef<WasmMemory>;
  readonly kept?: WasmMemory;
}

/** Memories that nobody works in. */
const idle: Idle[] = [];

/** The pages of so many bytes, and one for vectors that read too far. */
const pagesOf = (bytes: number): number => Math.ceil(Math.max(bytes, SCRATCH) / PAGE) + 1;

/** Whether {@link takeMemory} can be asked for so much: not without WebAssembly. */
export const canHold = (bytes: number): boolean => wasmApi !== undefined && pagesOf(bytes) <= MOST_PAGES;

/**
 * A memory of at least so many bytes for the caller alone, with whatever its last user left in it. To be given back by
 * {@link giveMemory}; one that is forgotten is garbage like anything else.
 */
export function takeMemory(bytes: number): WasmMemory {
  const pages = pagesOf(bytes);
  for (let entry; (entry = idle.pop());) {
    const memory = entry.memory.deref();
    if (memory) return grow(memory, pages);
  }
  return new wasmApi.Memory({ initial: pages, maximum: MOST_PAGES, shared: false });
}

function grow(memory: WasmMemory, pages: number): WasmMemory {
  const missing = pages - memory.buffer.byteLength / PAGE;
  if (missing > 0) memory.grow(missing);
  return memory;
}

/** From here on all views of it are worthless: its next user may overwrite it or make it grow. */
export function giveMemory(memory: WasmMemory): void {
  const { byteLength } = memory.buffer;
  idle.push({ memory: new WeakRef(memory), ...(byteLength <= KEPT && { kept: memory }) });
  idle.sort((a, b) => sizeOf(a) - sizeOf(b));
}

const sizeOf = ({ memory }: Idle): number => memory.deref()?.buffer.byteLength ?? 0;

/** Lends a memory to `use`, which must not keep any of it. */
export function withMemory<Result>(bytes: number, use: (memory: WasmMemory) => Result): Result {
  const memory = takeMemory(bytes);
  try {
    return use(memory);
  } finally {
    giveMemory(memory);
  }
}
