/**
 * Runs one piece of work after the other, in the order they came. One that fails tells its caller alone; one whose signal is
 * aborted while it waits is not begun, and its caller is told at once.
 */
export type Queue = <Result>(work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

/** Makes a queue that is empty. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (work, signal) =>
    new Promise((resolve, reject) => {
      const giveUp = (): void => reject(signal!.reason as Error);
      signal?.addEventListener('abort', giveUp, { once: true });
      const turn = last.then(() => {
        signal?.removeEventListener('abort', giveUp);
        signal?.throwIfAborted();
        return work();
      });
      last = turn.catch(() => undefined);
      turn.then(resolve, reject);
    });
}
