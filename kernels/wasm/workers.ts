/** The threads that all pools of this process share: a thread takes some milliseconds to start, and a pair of images has pools by the dozen. */

import type { WasmMemory } from './api.ts';
import {
  CONTROL_LENGTH,
  DONE,
  FAILED,
  FUNCTION,
  ITEMS,
  MAIL,
  NEXT,
  ROUND,
  WORK,
  takeItems,
} from './rounds.ts';
import type { Kernel } from './rounds.ts';
import { startThread } from './start-thread.ts';
import type { KernelThread } from './start-thread.ts';
import type { Mail } from './thread-work.ts';

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

/** Rounds are numbered from 1 to this and then again: the upper half of a ticket, which has a sign. */
const MOST_ROUNDS = 0x7fff;
const MOST_ITEMS = 0xffff;

const control = new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * 4));

/** Thread 1 and on, started when first wanted; the calling thread is thread 0. */
let workers: Promise<KernelThread>[] = [];
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
  send(mine, { id, work: { module, memory, names } });
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
      send(mine, { id });
      leave();
    },
  };
}

/** Mail to the first threads, which wake to read it. */
function send(threads: readonly KernelThread[], mail: Mail): void {
  for (const [i, thread] of threads.entries()) {
    Atomics.add(control, MAIL + i + 1, 1);
    thread.post(mail);
  }
  Atomics.notify(control, ROUND);
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
function workersUpTo(count: number): Promise<KernelThread[]> {
  while (workers.length < count) workers.push(startThread(control, workers.length + 1));
  return Promise.all(workers.slice(0, count));
}

/** The last who leaves ends the threads. */
function leave(): void {
  if (--users) return;
  for (const worker of workers)
    worker.then(
      (started) => started.end(),
      () => undefined,
    );
  workers = [];
}
