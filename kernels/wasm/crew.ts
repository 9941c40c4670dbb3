/** Calls the functions of one module on one thread, or on several that share its memory. */

import { KernelError } from '../errors.ts';
import { wasmApi } from './api.ts';
import { compileBuilt, importsOf } from './built.ts';
import type { Built } from './built.ts';
import { assemble } from './code.ts';
import { compile } from './support.ts';
import type { FunctionSource } from './code.ts';
import type { Hands, Kernel, Work } from './hands.ts';

export type { Kernel } from './hands.ts';

/** A compiled module, its memory and its threads. */
export interface Crew {
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
  /** Gives the threads back, which other crews may be using. */
  dispose(): void;
}

/**
 * @param pages size of the memory in units of 64 KiB
 * @throws KernelError where the JavaScript engine has no WebAssembly SIMD
 * @throws WebAssembly.CompileError for invalid code
 */
export async function createCrew(
  functions: readonly FunctionSource[],
  pages: number,
  threads: number,
): Promise<Crew> {
  const bytes = assemble(functions, pages, threads > 1);
  const module = compile(bytes);
  const names = functions.map(({ name }) => name);
  return crewOf(module, pages, threads, names);
}

/**
 * The same with the functions of a module that was built.
 *
 * @param pages size of the memory in units of 64 KiB
 * @throws KernelError where the JavaScript engine lacks the instructions
 */
export const createBuiltCrew = (built: Built, pages: number, threads: number): Promise<Crew> =>
  crewOf(compileBuilt(built, threads > 1), pages, threads);

async function crewOf(
  module: object | null,
  pages: number,
  threads: number,
  known?: readonly string[],
): Promise<Crew> {
  if (!module) throw new KernelError('This JavaScript engine has no WebAssembly SIMD');
  const shared = threads > 1;
  const memory = new wasmApi.Memory({ initial: pages, maximum: pages, shared });
  const kernel = new wasmApi.Instance(module, importsOf(memory)).exports as Kernel;
  const names = known ?? Object.keys(kernel);
  const hands = shared ? await several({ kernel, names, module, memory }, threads) : alone(kernel);
  const crew = { memory: new Float32Array(memory.buffer), threads, kernel, ...hands };
  if (shared) forgotten.register(crew, hands.dispose);
  return crew;
}

/** Takes back what nobody has disposed of and nobody can any more. */
const forgotten = new FinalizationRegistry((dispose: () => void) => {
  dispose();
});

/** Loaded where it is wanted: not every place that runs kernels has threads. */
const several = async (work: Work, threads: number): Promise<Hands> =>
  (await import('./hands.ts')).shareOut(work, threads);

function alone(kernel: Kernel): Hands {
  return {
    run(name, items) {
      for (let item = 0; item < items; item++) kernel[name](item, 0);
    },
    dispose() {
      // Nothing but memory is held.
    },
  };
}
