import { describe, expect, it } from 'vitest';
import { nearestReference, nearestRows, NONE } from '../../../kernels/nearest/index.ts';
import { compiled } from '../compiled.ts';
import type { Rows } from '../../../kernels/nearest/index.ts';

const rows = (count: number, length: number, seed: number): Rows => ({
  count,
  length,
  data: Int16Array.from({ length: count * length }, (_, i) => Math.round(2000 * Math.sin(i * 1.7 + seed))),
});

describe('nearest rows', () => {
  it('by hand', () => {
    const a = { count: 1, length: 8, data: Int16Array.of(1, 2, 3, 4, 5, 6, 7, -8) };
    const data = Int16Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 30000, 0, 0, 0, 0, 0, 0, 1, 0);
    const found = nearestRows(a, { count: 3, length: 8, data });
    expect([...found.indexA, ...found.firstA, ...found.secondA]).toEqual([0, 20, 7]);
    expect([...found.indexB]).toEqual([0, 0, 0]);
  });

  it('are the first of equals, and rivals only where they lie apart', () => {
    const data = new Int16Array(5 * 8).fill(3);
    const same = { count: 5, length: 8, data };
    const points = Float32Array.of(0, 0, 1, 0, 0, 2, 9, 0, 9, 9);
    const near = nearestRows(same, same, { points, distance: 20 });
    expect([...near.indexA, ...near.indexB]).toEqual(new Array(10).fill(0));
    expect([...near.secondA]).toEqual(new Array(5).fill(NONE));
    expect([...nearestRows(same, same, { points, distance: 9 }).secondA]).toEqual(new Array(5).fill(72));
  });

  it.each([
    [1, 1, 8],
    [33, 5, 16],
    [67, 130, 128],
    [3, 4500, 128],
    [40, 2001, 24],
  ])('agree with the definition for %i and %i rows of %i', (countA, countB, length) => {
    const [a, b] = [rows(countA, length, 0), rows(countB, length, 1)];
    const points = Float32Array.from({ length: 2 * countB }, (_, i) => (i * 37) % 101);
    expect(compiled(() => nearestRows(a, b))).toEqual(nearestReference(a, b));
    const apart = { points, distance: 10 };
    expect(compiled(() => nearestRows(a, b, apart))).toEqual(nearestReference(a, b, apart));
  });

  it('say what lengths they take', () => {
    expect(() => nearestRows(rows(1, 12, 0), rows(1, 12, 0))).toThrow(
      'Expected one multiple of 8 for length',
    );
    expect(() => nearestRows({ ...rows(1, 8, 0), count: 2 }, rows(1, 8, 0))).toThrow('received fewer');
  });
});
