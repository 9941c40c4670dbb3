import { coreCount } from './platform.ts';

/** Multiply-adds below which a second thread costs more than it brings: about a millisecond's worth. */
const WORTH_A_THREAD = 2 ** 24;
const MOST_THREADS = 4;

let limit = MOST_THREADS;

/** From now on {@link defaultThreads} of this thread gives at most so many, where several of them share the cores. */
export function limitThreads(threads: number): void {
  limit = Math.min(MOST_THREADS, threads);
}

/** How many threads to take for this many multiply-adds, where the caller does not say. */
export const defaultThreads = (work: number): number =>
  work < WORTH_A_THREAD ? 1 : Math.min(limit, coreCount());
