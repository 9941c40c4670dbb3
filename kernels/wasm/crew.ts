/** Calls the functions of one module on one thread, or on several that share its memory. */

import type { Worker } from 'node:worker_threads';
import { BackendError } from '../errors.ts';
import { wasmApi } from './api.ts';
import type { WasmMemory } from './api.ts';
import { assemble } from './code.ts';
import type { FunctionSource } from './code.ts';

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
  /** Ends the threads. */
  dispose(): void;
}

export type Kernel = Readonly<Record<string, (...values: number[]) => void>>;

/**
 * @param pages size of the memory in units of 64 KiB
 * @throws BackendError where the JavaScript engine lacks the instructions
 */
export async function createCrew(
  functions: readonly FunctionSource[],
  pages: number,
  threads: number,
): Promise<Crew> {
  const shared = threads > 1;
  const bytes = assemble(functions, pages, shared);
  if (!wasmApi?.validate(bytes)) throw new BackendError('This JavaScript engine has no WebAssembly SIMD');
  const memory = new wasmApi.Memory({ initial: pages, maximum: pages, shared });
  // At once: a compilation that is waited for stands in line behind the optimising of all code compiled before.
  const module = new wasmApi.Module(bytes);
  const kernel = new wasmApi.Instance(module, { kernel: { memory } }).exports as Kernel;
  const names = functions.map(({ name }) => name);
  const hands = shared ? await startWorkers(kernel, names, module, memory, threads) : alone(kernel);
  const crew = { memory: new Float32Array(memory.buffer), threads, kernel, ...hands };
  if (shared) forgotten.register(crew, hands.dispose);
  return crew;
}

/** Ends the threads of crews that nobody has disposed of and nobody can any more. */
const forgotten = new FinalizationRegistry((dispose: () => void) => {
  dispose();
});

function alone(kernel: Kernel): Pick<Crew, 'run' | 'dispose'> {
  return {
    run(name, items) {
      for (let item = 0; item < items; item++) kernel[name](item, 0);
    },
    dispose() {
      // Nothing but memory is held.
    },
  };
}

/** Places in the control array. */
const ROUND = 0;
const NEXT = 1;
const DONE = 2;
const FAILED = 3;
const FUNCTION = 4;
const ITEMS = 5;

/** Rounds are numbered from 1 to this and then again: the upper half of a ticket, which has a sign. */
const MOST_ROUNDS = 0x7fff;
const MOST_ITEMS = 0xffff;

/**
 * Items are handed out by one counter, so threads that wake late or run slowly cost no more than the item they
 * hold. A ticket has the round in its upper half: a thread that is still awake from an earlier round, and may have
 * read what that one was about, takes nothing of a later one. A string, since a worker needs a text of its own
 * that no bundler or transpiler may touch.
 */
const TAKE_ITEMS = `(kernel, names, control, thread, round) => {
  const work = kernel[names[Atomics.load(control, ${FUNCTION})]];
  const items = Atomics.load(control, ${ITEMS});
  for (;;) {
    const ticket = Atomics.load(control, ${NEXT});
    const item = ticket & 0xffff;
    if (ticket >>> 16 !== round || item >= items) return;
    if (Atomics.compareExchange(control, ${NEXT}, ticket, ticket + 1) !== ticket) continue;
    work(item, thread);
    if (Atomics.add(control, ${DONE}, 1) + 1 === items) Atomics.notify(control, ${DONE});
  }
}`;

const WORKER = `
const { parentPort, workerData: { module, memory, control, names, thread } } = require('node:worker_threads');
const takeItems = ${TAKE_ITEMS};
const kernel = new WebAssembly.Instance(module, { kernel: { memory } }).exports;
let round = Atomics.load(control, ${ROUND});
parentPort.postMessage('ready');
for (;;) {
  Atomics.wait(control, ${ROUND}, round);
  round = Atomics.load(control, ${ROUND});
  if (round < 0) break;
  try {
    takeItems(kernel, names, control, thread, round);
  } catch (error) {
    Atomics.store(control, ${FAILED}, 1);
    Atomics.notify(control, ${DONE});
  }
}
`;

type TakeItems = (
  kernel: Kernel,
  names: readonly string[],
  control: Int32Array,
  thread: number,
  round: number,
) => void;

async function startWorkers(
  kernel: Kernel,
  names: readonly string[],
  module: object,
  memory: WasmMemory,
  threads: number,
): Promise<Pick<Crew, 'run' | 'dispose'>> {
  const control = new Int32Array(new SharedArrayBuffer(64));
  const takeItems = new Function(`return ${TAKE_ITEMS}`)() as TakeItems;
  const { Worker } = await import('node:worker_threads');
  const workers = await Promise.all(
    Array.from({ length: threads - 1 }, (_, i) =>
      started(
        new Worker(WORKER, {
          eval: true,
          // Loaders and input types of the caller's process are not for this text.
          execArgv: [],
          workerData: { module, memory, control, names, thread: i + 1 },
        }),
      ),
    ),
  );
  let round = 0;
  return {
    run(name, items) {
      if (items > MOST_ITEMS)
        throw new RangeError(`Expected at most ${MOST_ITEMS} items but received ${items}`);
      round = (round % MOST_ROUNDS) + 1;
      // No ticket is good while the next round is described.
      Atomics.store(control, NEXT, 0);
      Atomics.store(control, DONE, 0);
      Atomics.store(control, FUNCTION, names.indexOf(name));
      Atomics.store(control, ITEMS, items);
      Atomics.store(control, NEXT, round << 16);
      Atomics.store(control, ROUND, round);
      Atomics.notify(control, ROUND);
      takeItems(kernel, names, control, 0, round);
      for (let n; (n = Atomics.load(control, DONE)) < items;) {
        if (Atomics.load(control, FAILED)) throw new Error('A thread of a WebAssembly kernel failed');
        Atomics.wait(control, DONE, n, 1);
      }
    },
    dispose() {
      Atomics.store(control, ROUND, -1);
      Atomics.notify(control, ROUND);
      for (const worker of workers) void worker.terminate();
    },
  };
}

/** Waits until a worker is ready; from then on it does not keep the process alive. */
function started(worker: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', () => {
      worker.unref();
      resolve(worker);
    });
  });
}
