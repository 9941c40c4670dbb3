/// <reference lib="dom" />
/**
 * Whether threads can share memory and wait for each other here: a page must be cross-origin isolated for it, and its own
 * thread may not wait, but a worker's.
 */
export const canShareWork = (): boolean => crossOriginIsolated && typeof document === 'undefined';

/** How many threads run at once here. */
export const coreCount = (): number => (canShareWork() ? navigator.hardwareConcurrency : 1);

/** Lets timers and events have their turn: a message does, and timers would make it wait. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
