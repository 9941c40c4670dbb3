import { expect, it } from 'vitest';
import { memoryOf, openWorkspace } from '../../../kernels/wasm/workspace.ts';

it('a workspace hands out arrays that lie apart in one memory', () => {
  const workspace = openWorkspace([5, 1000])!;
  const [a, b] = [workspace.take(5), workspace.take(1000)];
  a.fill(1);
  b.fill(2);
  expect([...a]).toEqual([1, 1, 1, 1, 1]);
  expect(memoryOf(a)).toBe(memoryOf(b));
  workspace.release();
});

it('two workspaces at a time have two memories, and one after the other the same', () => {
  const [first, second] = [openWorkspace([10])!, openWorkspace([10])!];
  const [a, b] = [first.take(10), second.take(10)];
  expect(memoryOf(a)).not.toBe(memoryOf(b));
  const memory = memoryOf(a);
  first.release();
  first.release();
  const third = openWorkspace([20])!;
  expect(memoryOf(third.take(20))).toBe(memory);
  second.release();
  third.release();
});

it('arrays of a workspace that was given back, and others, lie in none', () => {
  const workspace = openWorkspace([3])!;
  const array = workspace.take(3);
  workspace.release();
  expect(memoryOf(array)).toBeUndefined();
  expect(memoryOf(new Float32Array(3))).toBeUndefined();
});

it('what cannot be held is told', () => {
  expect(openWorkspace([2 ** 30])).toBeNull();
});
