/** Multiply-adds below which a second thread costs more than it brings: about a millisecond's worth. */
const WORTH_A_THREAD = 2 ** 24;
const MOST_THREADS = 4;

/** How many threads to take for this many multiply-adds, where the caller does not say. */
export async function defaultThreads(work: number): Promise<number> {
  if (work < WORTH_A_THREAD || typeof process === 'undefined') return 1;
  const { availableParallelism } = await import('node:os');
  return Math.min(MOST_THREADS, availableParallelism());
}
