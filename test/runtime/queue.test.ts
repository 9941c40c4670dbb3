import { expect, test } from 'vitest';
import { createQueue } from '../../src/runtime/queue.ts';

const REASON = new Error('enough');

/** A piece of work that ends when it is told to. */
function piece(): { work: () => Promise<string>; end: () => void; begun: () => boolean } {
  let [end, begun] = [(): void => undefined, false];
  const done = new Promise<string>((resolve) => (end = () => resolve('done')));
  return { work: () => ((begun = true), done), end: () => end(), begun: () => begun };
}

test('work is done in the order it came, and one that fails tells its caller alone', async () => {
  const inTurn = createQueue();
  const order: number[] = [];
  const failed = inTurn(() => Promise.reject(REASON));
  const rest = [1, 2].map((i) => inTurn(() => Promise.resolve(order.push(i))));
  await expect(failed).rejects.toBe(REASON);
  await Promise.all(rest);
  expect(order).toEqual([1, 2]);
});

test('who waits learns at once that its signal is aborted, and its work is not begun', async () => {
  const inTurn = createQueue();
  const [first, second] = [piece(), piece()];
  const controller = new AbortController();
  const running = inTurn(first.work);
  const waiting = inTurn(second.work, controller.signal);
  controller.abort(REASON);
  await expect(waiting).rejects.toBe(REASON);
  const third = inTurn(() => Promise.resolve('third'));
  first.end();
  expect(await Promise.all([running, third])).toEqual(['done', 'third']);
  expect(second.begun()).toBe(false);
});

test('work that is under way ends by itself, whatever its signal says', async () => {
  const inTurn = createQueue();
  const first = piece();
  const controller = new AbortController();
  const running = inTurn(first.work, controller.signal);
  await Promise.resolve();
  await Promise.resolve();
  controller.abort(REASON);
  first.end();
  await expect(running).resolves.toBe('done');
});
