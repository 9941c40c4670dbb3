import { checkInteger } from '../correlation/index.ts';
import type { AllPairsVolume } from '../correlation/index.ts';
import type { MatchResult } from '../match/index.ts';
import { align } from './reference.ts';
import type { SoftArgmaxOptions } from './types.ts';

/**
 * Where each cell of A is found in B, between the cells, and how surely (`softArgmaxReference` is the definition).
 *
 * @param volume scores of 0 and more
 * @example
 * import { correlateAllPairs, filterMutual, softArgmax } from 'whither/kernels';
 *
 * const volume = filterMutual(await correlateAllPairs(mapA, mapB));
 * const { flow, confidence } = softArgmax(volume, { reach: 2 });
 */
export function softArgmax(volume: AllPairsVolume, { reach = 2 }: SoftArgmaxOptions = {}): MatchResult {
  checkInteger(reach, 'reach', 0, 1024);
  const { heightA, widthA, heightB, widthB, data } = volume;
  const [cellsA, cellsB] = [heightA * widthA, heightB * widthB];
  const flow = new Float32Array(2 * cellsA);
  const confidence = new Float32Array(cellsA);
  const totals = columnTotals(data, cellsA, cellsB);
  for (let i = 0; i < cellsA; i++) {
    const row = data.subarray(i * cellsB, (i + 1) * cellsB);
    const [xa, ya] = [i % widthA, Math.floor(i / widthA)];
    const best = bestOf(row);
    if (best < 0) {
      flow[i] = align(xa, widthA, widthB) - xa;
      flow[cellsA + i] = align(ya, heightA, heightB) - ya;
      continue;
    }
    const window = meanAround(row, heightB, widthB, best, reach);
    flow[i] = window.x - xa;
    flow[cellsA + i] = window.y - ya;
    let back = 0;
    for (let y = Math.max(0, ya - reach); y <= Math.min(heightA - 1, ya + reach); y++)
      for (let x = Math.max(0, xa - reach); x <= Math.min(widthA - 1, xa + reach); x++)
        back += data[(y * widthA + x) * cellsB + best];
    confidence[i] = Math.min(1, (window.mass / sum(row)) * (back / totals[best]));
  }
  return { flow, confidence };
}

function columnTotals(data: Float32Array, cellsA: number, cellsB: number): Float64Array {
  const totals = new Float64Array(cellsB);
  for (let i = 0, k = 0; i < cellsA; i++) for (let j = 0; j < cellsB; j++, k++) totals[j] += data[k];
  return totals;
}

/** The first of the greatest scores; -1 where none is above 0. */
function bestOf(row: Float32Array): number {
  let [best, most] = [-1, 0];
  for (let j = 0; j < row.length; j++) if (row[j] > most) [best, most] = [j, row[j]];
  return best;
}

function sum(row: Float32Array): number {
  let total = 0;
  for (const score of row) total += score;
  return total;
}

function meanAround(row: Float32Array, height: number, width: number, best: number, reach: number) {
  const [bx, by] = [best % width, Math.floor(best / width)];
  let [mass, x, y] = [0, 0, 0];
  for (let v = Math.max(0, by - reach); v <= Math.min(height - 1, by + reach); v++)
    for (let u = Math.max(0, bx - reach); u <= Math.min(width - 1, bx + reach); u++) {
      const score = row[v * width + u];
      mass += score;
      x += score * u;
      y += score * v;
    }
  return { mass, x: x / mass, y: y / mass };
}
