import { describe, expect, it } from 'vitest';
import { multiplyRows, multiplyRowsReference } from '../../kernels/products/index.ts';

const rows = (count: number, length: number, seed: number): Int16Array =>
  Int16Array.from({ length: count * length }, (_, i) => Math.round(2000 * Math.sin(i * 1.7 + seed)));

function multiply(a: Int16Array, countA: number, b: Int16Array, countB: number, length: number): Int32Array {
  const out = new Int32Array(countA * countB);
  multiplyRows(a, countA, b, countB, length, (products, start, count) =>
    out.set(products.subarray(0, count * countB), start * countB),
  );
  return out;
}

describe('products of rows', () => {
  it('by hand', () => {
    const a = Int16Array.of(1, 2, 3, 4, 5, 6, 7, -8);
    const b = Int16Array.of(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 30000);
    expect([...multiply(a, 1, b, 2, 8)]).toEqual([20, -240000]);
  });

  it.each([
    [1, 1, 8],
    [33, 5, 16],
    [67, 130, 128],
    [3, 4500, 128],
    [40, 2001, 24],
  ])('agree with the definition for %i and %i rows of %i', (countA, countB, length) => {
    const [a, b] = [rows(countA, length, 0), rows(countB, length, 1)];
    const wanted = new Int32Array(countA * countB);
    multiplyRowsReference(a, countA, b, countB, length, wanted);
    expect(multiply(a, countA, b, countB, length)).toEqual(wanted);
  });

  it('say what lengths they take', () => {
    expect(() => multiply(rows(1, 12, 0), 1, rows(1, 12, 0), 1, 12)).toThrow(
      'Expected a multiple of 8 for length',
    );
    expect(() => multiply(rows(1, 8, 0), 2, rows(1, 8, 0), 1, 8)).toThrow('received fewer');
  });
});
