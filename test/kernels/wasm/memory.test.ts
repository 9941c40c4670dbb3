import { expect, it } from 'vitest';
import { canHold, giveMemory, takeMemory, withMemory } from '../../../kernels/wasm/memory.ts';

it('one memory serves one after the other, and grows with what they want', () => {
  const small = withMemory(100, (memory) => memory);
  const large = withMemory(2 ** 22, (memory) => memory);
  expect(large).toBe(small);
  expect(large.buffer.byteLength).toBeGreaterThanOrEqual(2 ** 22);
  expect(withMemory(100, (memory) => memory)).toBe(large);
});

it('those who want some at the same time get one each, the largest that is free first', () => {
  const [a, b] = [takeMemory(2 ** 21), takeMemory(2 ** 23)];
  expect(a).not.toBe(b);
  const largest = [a, b].sort((x, y) => y.buffer.byteLength - x.buffer.byteLength)[0];
  giveMemory(largest);
  giveMemory(a === largest ? b : a);
  expect(withMemory(1, (memory) => memory)).toBe(largest);
});

it('a memory comes back from a user that fails', () => {
  const memory = takeMemory(1);
  giveMemory(memory);
  expect(() =>
    withMemory(1, () => {
      throw new Error('failed');
    }),
  ).toThrow('failed');
  expect(withMemory(1, (again) => again)).toBe(memory);
});

it('2 GiB are the most', () => {
  expect(canHold(2 ** 30)).toBe(true);
  expect(canHold(2 ** 31)).toBe(false);
});
