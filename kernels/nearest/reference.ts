import { NONE } from './types.ts';
import type { Apart, Nearest, Rows } from './types.ts';

/** The definition: the dot products of each row of A with each row of B. */
export function nearestReference(a: Rows, b: Rows, apart?: Apart): Nearest {
  const products = Array.from({ length: a.count }, (_, i) =>
    Int32Array.from({ length: b.count }, (__, j) => productOf(a, i, b, j)),
  );
  const indexA = Int32Array.from(products, (row) => row.indexOf(row.reduce((x, y) => Math.max(x, y))));
  const indexB = Int32Array.from({ length: b.count }, (_, j) => {
    const column = products.map((row) => row[j]);
    return column.indexOf(column.reduce((x, y) => Math.max(x, y)));
  });
  return {
    indexA,
    indexB,
    firstA: Int32Array.from(products, (row, i) => row[indexA[i]]),
    secondA: Int32Array.from(products, (row, i) =>
      row.reduce((most, value, j) => (isRival(indexA[i], j, apart) ? Math.max(most, value) : most), NONE),
    ),
  };
}

function productOf(a: Rows, i: number, b: Rows, j: number): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a.data[i * a.length + c] * b.data[j * b.length + c];
  return sum;
}

function isRival(best: number, j: number, apart?: Apart): boolean {
  if (j === best || !apart) return j !== best;
  const { points, distance } = apart;
  const [dx, dy] = [0, 1].map((k) => points[2 * j + k] - points[2 * best + k]);
  return dx * dx + dy * dy >= distance * distance;
}
