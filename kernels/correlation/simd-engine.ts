/** Runs a plan of the SIMD kernels on one thread or several that share its memory. */

import type { Worker } from 'node:worker_threads';
import { wasmApi } from '../wasm/api.ts';
import type { WasmMemory } from '../wasm/api.ts';
import type { KernelPlan } from './simd-tile.ts';

interface KernelExports {
  pack(item: number): void;
  compute(item: number, work: number): void;
}

/** Places in the control array. */
const ROUND = 0;
const NEXT = 1;
const PACKED = 2;
const DONE = 3;
const FAILED = 4;

/**
 * Items are handed out by one counter: first the packs, then the computes, which wait until all packs are
 * done. So threads that wake late or run slowly cost no more than the item they hold. A string, since
 * a worker needs a text of its own that no bundler or transpiler may touch.
 */
const TAKE_ITEMS = `(kernel, control, plan, thread) => {
  const { packs, computes, work, workSize } = plan;
  const total = packs + computes;
  for (;;) {
    const item = Atomics.add(control, ${NEXT}, 1);
    if (item >= total) return;
    if (item < packs) {
      kernel.pack(item);
      if (Atomics.add(control, ${PACKED}, 1) + 1 === packs) Atomics.notify(control, ${PACKED});
    } else {
      for (let n; (n = Atomics.load(control, ${PACKED})) < packs; ) Atomics.wait(control, ${PACKED}, n);
      kernel.compute(item - packs, work + thread * workSize);
    }
    if (Atomics.add(control, ${DONE}, 1) + 1 === total) Atomics.notify(control, ${DONE});
  }
}`;

const WORKER = `
const { parentPort, workerData: { module, memory, control, plan, thread } } = require('node:worker_threads');
const takeItems = ${TAKE_ITEMS};
const kernel = new WebAssembly.Instance(module, { kernel: { memory } }).exports;
let round = Atomics.load(control, ${ROUND});
parentPort.postMessage('ready');
for (;;) {
  Atomics.wait(control, ${ROUND}, round);
  round = Atomics.load(control, ${ROUND});
  if (round < 0) break;
  try {
    takeItems(kernel, control, plan, thread);
  } catch (error) {
    Atomics.store(control, ${FAILED}, 1);
    Atomics.store(control, ${DONE}, plan.packs + plan.computes);
    Atomics.notify(control, ${DONE});
  }
}
`;

/** A compiled plan, its memory and its threads. */
export interface Engine {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly out: Float32Array;
  /** Computes `out` from what stands in `a` and `b`. The calling thread works, and waits for the rest. */
  run(): void;
  dispose(): void;
}

export async function createEngine(plan: KernelPlan, threads: number): Promise<Engine> {
  const shared = threads > 1;
  const memory = new wasmApi.Memory({ initial: plan.pages, maximum: plan.pages, shared });
  const module = new wasmApi.Module(plan.module);
  const kernel = new wasmApi.Instance(module, { kernel: { memory } }).exports as KernelExports;
  const view = ({ at, length }: { at: number; length: number }) =>
    new Float32Array(memory.buffer, at, length);
  const crew = shared ? await startCrew(plan, module, memory, threads) : alone(plan);
  return {
    a: view(plan.a),
    b: view(plan.b),
    out: view(plan.out),
    run: () => crew.run(kernel),
    dispose: () => crew.dispose(),
  };
}

interface Crew {
  run(kernel: KernelExports): void;
  dispose(): void;
}

function alone(plan: KernelPlan): Crew {
  return {
    run(kernel) {
      for (let item = 0; item < plan.packs; item++) kernel.pack(item);
      for (let item = 0; item < plan.computes; item++) kernel.compute(item, plan.work);
    },
    dispose() {
      // Nothing but memory is held.
    },
  };
}

type TakeItems = (kernel: KernelExports, control: Int32Array, plan: object, thread: number) => void;

async function startCrew(
  plan: KernelPlan,
  module: object,
  memory: WasmMemory,
  threads: number,
): Promise<Crew> {
  const control = new Int32Array(new SharedArrayBuffer(64));
  const { packs, computes, work, workSize } = plan;
  const share = { packs, computes, work, workSize };
  const takeItems = new Function(`return ${TAKE_ITEMS}`)() as TakeItems;
  const { Worker } = await import('node:worker_threads');
  const workers = await Promise.all(
    Array.from({ length: threads - 1 }, (_, i) =>
      started(
        new Worker(WORKER, {
          eval: true,
          // Loaders and input types of the caller's process are not for this text.
          execArgv: [],
          workerData: { module, memory, control, plan: share, thread: i + 1 },
        }),
      ),
    ),
  );
  return {
    run(kernel) {
      Atomics.store(control, PACKED, 0);
      Atomics.store(control, DONE, 0);
      // Last, for from here on a thread that is still awake may take items.
      Atomics.store(control, NEXT, 0);
      Atomics.add(control, ROUND, 1);
      Atomics.notify(control, ROUND);
      takeItems(kernel, control, share, 0);
      for (let n; (n = Atomics.load(control, DONE)) < packs + computes;) Atomics.wait(control, DONE, n, 1);
      if (Atomics.load(control, FAILED)) throw new Error('A thread of the SIMD kernel failed');
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
