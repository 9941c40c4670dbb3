/** The threads that all pools of this process share: a thread takes some milliseconds to start, and a pair of images has pools by the dozen. */

import type { Worker } from 'node:worker_threads';
import type { WasmMemory } from './api.ts';

/** The functions of a module. */
export type Kernel = Readonly<Record<string, (...values: number[]) => void>>;

/** A compiled module and the memory that its threads share. */
export interface Work {
  readonly kernel: Kernel;
  readonly names: readonly string[];
  readonly module: object;
  readonly memory: WasmMemory;
}

/** Threads that one module's work is shared out to. */
export interface Workers {
  /** As `Pool.run`. */
  run(name: string, items: number): void;
  /** Takes the module away from the threads, and ends them where nobody else has work for them. */
  dispose(): void;
}

/** Places in the control array. */
const ROUND = 0;
const NEXT = 1;
const DONE = 2;
const FAILED = 3;
const FUNCTION = 4;
const ITEMS = 5;
const WORK = 6;

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

/** A thread sleeps until a round begins or something is in its mail: a module to work for, or one to forget. */
const WORKER = `
const { parentPort, receiveMessageOnPort, workerData: { control, thread } } = require('node:worker_threads');
const takeItems = ${TAKE_ITEMS};
const works = new Map();
const readMail = () => {
  for (let mail; (mail = receiveMessageOnPort(parentPort)); ) {
    const { id, work } = mail.message;
    if (!work) works.delete(id);
    else {
      const sleep = (at, value) => Atomics.wait(new Int32Array(work.memory.buffer), at / 4, value, 0.1);
      const imports = { env: work, kernel: work, threads: { sleep } };
      const kernel = new WebAssembly.Instance(work.module, imports).exports;
      works.set(id, { kernel, names: work.names });
    }
  }
};
let round = Atomics.load(control, ${ROUND});
parentPort.postMessage('ready');
for (;;) {
  Atomics.wait(control, ${ROUND}, round);
  const now = Atomics.load(control, ${ROUND});
  try {
    readMail();
    if (now === round) continue;
    round = now;
    const work = works.get(Atomics.load(control, ${WORK}));
    if (work) takeItems(work.kernel, work.names, control, thread, round);
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

const takeItems = new Function(`return ${TAKE_ITEMS}`)() as TakeItems;
const control = new Int32Array(new SharedArrayBuffer(64));

/** Thread 1 and on, started when first wanted; the calling thread is thread 0. */
let workers: Promise<Worker>[] = [];
let users = 0;
let [lastWork, round] = [0, 0];

/** @param threads with the calling one */
export async function shareOut({ kernel, names, module, memory }: Work, threads: number): Promise<Workers> {
  users++;
  const mine = await workersUpTo(threads - 1).catch((error: unknown) => {
    leave();
    throw error;
  });
  const id = ++lastWork;
  for (const worker of mine) worker.postMessage({ id, work: { module, memory, names } });
  let disposed = false;
  return {
    run(name, items) {
      if (items > MOST_ITEMS)
        throw new RangeError(`Expected at most ${MOST_ITEMS} items but received ${items}`);
      beginRound(id, names.indexOf(name), items);
      takeItems(kernel, names, control, 0, round);
      finishRound(items);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      for (const worker of mine) worker.postMessage({ id });
      Atomics.notify(control, ROUND);
      leave();
    },
  };
}

function beginRound(work: number, name: number, items: number): void {
  round = (round % MOST_ROUNDS) + 1;
  // No ticket is good while the next round is described.
  Atomics.store(control, NEXT, 0);
  Atomics.store(control, DONE, 0);
  Atomics.store(control, FAILED, 0);
  Atomics.store(control, WORK, work);
  Atomics.store(control, FUNCTION, name);
  Atomics.store(control, ITEMS, items);
  Atomics.store(control, NEXT, round << 16);
  Atomics.store(control, ROUND, round);
  Atomics.notify(control, ROUND);
}

/** Waits for the items that other threads hold. */
function finishRound(items: number): void {
  for (let n; (n = Atomics.load(control, DONE)) < items;) {
    if (Atomics.load(control, FAILED)) throw new Error('A thread of a WebAssembly kernel failed');
    Atomics.wait(control, DONE, n, 1);
  }
}

/** The first so many workers, which are started where they are not there yet. */
function workersUpTo(count: number): Promise<Worker[]> {
  while (workers.length < count) workers.push(startWorker(workers.length + 1));
  return Promise.all(workers.slice(0, count));
}

/** The last who leaves ends the threads. */
function leave(): void {
  if (--users) return;
  for (const worker of workers)
    worker.then(
      (started) => void started.terminate(),
      () => undefined,
    );
  workers = [];
}

/** A worker that is ready; from then on it does not keep the process alive. */
async function startWorker(thread: number): Promise<Worker> {
  const { Worker } = await import('node:worker_threads');
  // Loaders and input types of the caller's process are not for this text.
  const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData: { control, thread } });
  await new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', resolve);
  });
  worker.unref();
  return worker;
}
