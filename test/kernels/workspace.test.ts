import { expect, it } from 'vitest';
import { memoryOf, Workspace } from '../../kernels/wasm/workspace.ts';

it('a workspace hands out arrays that lie apart in one memory, and hands them out again', () => {
  const workspace = new Workspace([5, 1000]);
  const [a, b] = [workspace.take(5), workspace.take(1000)];
  a.fill(1);
  b.fill(2);
  expect([...a]).toEqual([1, 1, 1, 1, 1]);
  expect(memoryOf(a)).toBe(memoryOf(b));
  workspace.rewind();
  expect(workspace.take(5).byteOffset).toBe(a.byteOffset);
});

it('a workspace knows what it has room for', () => {
  const workspace = new Workspace([1e6]);
  expect(workspace.holds([1e6])).toBe(true);
  expect(workspace.holds([4e5, 5e5])).toBe(true);
  expect(workspace.holds([1e6, 1e6])).toBe(false);
});

it('other arrays lie in no workspace', () => {
  expect(memoryOf(new Float32Array(3))).toBeUndefined();
});
