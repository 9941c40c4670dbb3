/** How threads share out the items of a round: places in the control array, and the loop of each thread. */

/** The functions of a module. */
export type Kernel = Readonly<Record<string, (...values: number[]) => void>>;

/** Places in the control array. */
export const ROUND = 0;
export const NEXT = 1;
export const DONE = 2;
export const FAILED = 3;
export const FUNCTION = 4;
export const ITEMS = 5;
export const WORK = 6;
/** Of thread 0; how much mail each thread was sent. */
export const MAIL = 8;

/** How many integers it has: 64 threads are the most. */
export const CONTROL_LENGTH = MAIL + 64;

/**
 * Items are handed out by one counter, so threads that wake late or run slowly cost no more than the item they
 * hold. A ticket has the round in its upper half: a thread that is still awake from an earlier round, and may have
 * read what that one was about, takes nothing of a later one.
 */
export function takeItems(
  kernel: Kernel,
  names: readonly string[],
  control: Int32Array,
  thread: number,
  round: number,
): void {
  const work = kernel[names[Atomics.load(control, FUNCTION)]];
  const items = Atomics.load(control, ITEMS);
  for (;;) {
    const ticket = Atomics.load(control, NEXT);
    const item = ticket & 0xffff;
    if (ticket >>> 16 !== round || item >= items) return;
    if (Atomics.compareExchange(control, NEXT, ticket, ticket + 1) !== ticket) continue;
    work(item, thread);
    if (Atomics.add(control, DONE, 1) + 1 === items) Atomics.notify(control, DONE);
  }
}
