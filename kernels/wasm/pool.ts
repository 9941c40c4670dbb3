/** Calls the functions of one module on one thread, or on several that share its memory. */

import { KernelError } from '../errors.ts';
import { wasmApi } from './api.ts';
import { compileBuilt, importsOf } from './built.ts';
import { canShareWork } from './platform.ts';
import type { Built } from './built.ts';
import type { Kernel } from './rounds.ts';
import type { Workers, Work } from './workers.ts';

export type { Kernel } from './rounds.ts';

/** A compiled module, its memory and its threads. */
export interface Pool {
  /** All of the memory: byte `at` of the module is value `at / 4` here. */
  readonly memory: Float32Array;
  readonly threads: number;
  /** The functions, for the calling thread alone. */
  readonly kernel: Kernel;
  /**
   * Calls the function `name` with `(item, thread)` for each item below `items`, in any order, and returns when all
   * are done. They are begun in order, so an item may wait for what an earlier one does. The calling thread, which is thread 0, works too.
   */
  run(name: string, items: number): void;
  /** Gives the threads back, which other pools may be using. */
  dispose(): void;
}

/**
 * Makes a memory and runs the functions of a module in it.
 *
 * @param pages size of the memory in units of 64 KiB
 * @param wanted threads to share the work; where they cannot share memory one works alone
 * @throws KernelError where the JavaScript engine has no WebAssembly SIMD
 * @throws WebAssembly.CompileError for invalid code
 */
export async function createPool(built: Built, pages: number, wanted: number): Promise<Pool> {
  const threads = canShareWork() ? wanted : 1;
  const shared = threads > 1;
  const module = compileBuilt(built, shared);
  if (!module) throw new KernelError('This JavaScript engine has no WebAssembly SIMD');
  const memory = new wasmApi.Memory({ initial: pages, maximum: pages, shared });
  const kernel = new wasmApi.Instance(module, importsOf(memory)).exports as Kernel;
  const names = Object.keys(kernel);
  const workers = shared ? await several({ kernel, names, module, memory }, threads) : alone(kernel);
  const pool = { memory: new Float32Array(memory.buffer), threads, kernel, ...workers };
  if (shared) forgotten.register(pool, workers.dispose);
  return pool;
}

/** Takes back what nobody has disposed of and nobody can any more. */
const forgotten = new FinalizationRegistry((dispose: () => void) => {
  dispose();
});

/** Loaded where it is wanted: not every place that runs kernels has threads. */
const several = async (work: Work, threads: number): Promise<Workers> =>
  (await import('./workers.ts')).shareOut(work, threads);

function alone(kernel: Kernel): Workers {
  return {
    run(name, items) {
      for (let item = 0; item < items; item++) kernel[name](item, 0);
    },
    dispose() {
      // Nothing but memory is held.
    },
  };
}
