import { WorkerError } from './errors.ts';
import { openThread } from './thread-handle.ts';
import type { Job, ThreadHandle } from './thread-handle.ts';

/** Threads that take calls from one queue. */
export interface ThreadPool {
  /** Calls that run or wait. */
  readonly pending: number;
  /** Whether it takes no more. */
  readonly closed: boolean;
  /** Runs a job on the first thread that is free. */
  run(job: Job): Promise<unknown>;
  /** Runs a job on every thread, beside what runs there. */
  runOnEach(job: Job): Promise<unknown[]>;
  /** Ends the threads once all calls are done. */
  close(): Promise<void>;
}

/** A place for a thread: one that has died is replaced when the next job comes. */
interface Slot {
  thread?: ThreadHandle;
  opening?: Promise<ThreadHandle>;
  /** Jobs that were given to it and are not done. */
  taken: number;
}

/** A job that no thread has taken yet. */
interface Waiting {
  start(slot: Slot): void;
}

/**
 * Starts `count` threads and waits until they are ready.
 *
 * @throws WorkerError where one does not start
 */
export async function openPool(count: number, data: object): Promise<ThreadPool> {
  const slots: Slot[] = Array.from({ length: count }, () => ({ taken: 0 }));
  const queue: Waiting[] = [];
  const running = new Set<Promise<unknown>>();
  let closed = false;

  function opened(slot: Slot): Promise<ThreadHandle> {
    if (slot.thread && !slot.thread.ended) return Promise.resolve(slot.thread);
    return (slot.opening ??= openThread(data, startWaiting)
      .then((thread) => (slot.thread = thread))
      .finally(() => (slot.opening = undefined)));
  }

  /** A thread whose calls all wait for this one has time for another: what they wait for may be that. */
  const isFree = ({ taken, thread }: Slot): boolean => taken <= (thread?.asking ?? 0);

  function startWaiting(): void {
    for (let slot; queue.length && (slot = slots.find(isFree));) queue.shift()!.start(slot);
  }

  async function runOn(slot: Slot, job: Job): Promise<unknown> {
    slot.taken++;
    try {
      return await (await opened(slot)).run(job);
    } finally {
      slot.taken--;
      startWaiting();
    }
  }

  /** Until a thread is free; an abort takes the job out of the queue. */
  function whenFree(job: Job): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(job.signal!.reason as Error);
      };
      const waiting: Waiting = {
        start(slot) {
          job.signal?.removeEventListener('abort', leave);
          resolve(runOn(slot, job));
        },
      };
      job.signal?.addEventListener('abort', leave, { once: true });
      queue.push(waiting);
      startWaiting();
    });
  }

  function track<T>(work: () => Promise<T>): Promise<T> {
    if (closed) return Promise.reject(new WorkerError('Expected an open worker but it was closed'));
    const promise = work();
    running.add(promise);
    const forget = (): void => void running.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  const pool: ThreadPool = {
    get pending() {
      return running.size;
    },
    get closed() {
      return closed;
    },
    run: (job) => track(() => whenFree(job)),
    runOnEach: (job) => track(() => Promise.all(slots.map(async (slot) => (await opened(slot)).run(job)))),
    async close() {
      closed = true;
      await Promise.allSettled(running);
      await Promise.all(slots.map(({ thread }) => (thread?.ended ? undefined : thread?.close())));
    },
  };
  try {
    await Promise.all(slots.map(opened));
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}
