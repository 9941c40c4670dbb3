import type { FeatureMap } from '../types.ts';
import type { MatchResult } from './types.ts';

/** Cells to each side of the best match that count as the same place. */
export const REACH = 2;

/**
 * Global matching as it is defined, in double precision. With the scores `S(i, j) = sharpness * <a_i, b_j>` of all
 * pairs of cells, `P_ab` their softmax over the cells j of B and `P_ba` that over the cells i of A:
 *
 * - the best match of i is `j* = argmax_j S(i, j)`, the first of several
 * - its position is the mean of the positions in the 5 x 5 window around j*, as far as that is in the map, weighted by
 *   `P_ab`; the flow is that less i's own position. (A softmax over the whole map, as in GMFlow, Xu et al. 2022, would
 *   lie between two places that look alike.)
 * - the confidence is the share of `P_ab` in that window times the share of `P_ba(j*, .)` in the window around i:
 *   the soft form of asking that the best match of the best match is the cell itself.
 *
 * @example
 * import { matchReference } from 'whither/kernels';
 *
 * const { flow, confidence } = matchReference(mapA, mapB, 0.1);
 */
export function matchReference(a: FeatureMap, b: FeatureMap, sharpness: number): MatchResult {
  const [cellsA, cellsB] = [a.height * a.width, b.height * b.width];
  const score = (i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < a.channels; c++) sum += a.data[c * cellsA + i] * b.data[c * cellsB + j];
    return sharpness * sum;
  };
  const flow = new Float32Array(2 * cellsA);
  const confidence = new Float32Array(cellsA);
  for (let i = 0; i < cellsA; i++) {
    const toB = softmax(Array.from({ length: cellsB }, (_, j) => score(i, j)));
    const best = toB.indexOf(Math.max(...toB));
    const toA = softmax(Array.from({ length: cellsA }, (_, k) => score(k, best)));
    const window = cellsAround(b, best);
    const mass = window.reduce((sum, { cell }) => sum + toB[cell], 0);
    const mean = (axis: 'x' | 'y') =>
      window.reduce((sum, place) => sum + toB[place.cell] * place[axis], 0) / mass;
    flow[i] = mean('x') - (i % a.width);
    flow[cellsA + i] = mean('y') - Math.floor(i / a.width);
    confidence[i] = Math.min(1, mass * cellsAround(a, i).reduce((sum, { cell }) => sum + toA[cell], 0));
  }
  return { flow, confidence };
}

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((total, power) => total + power);
  return powers.map((power) => power / sum);
}

/** The cells of a map in the window around one of them. */
function cellsAround({ height, width }: FeatureMap, cell: number): { cell: number; x: number; y: number }[] {
  const places = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (Math.abs(x - (cell % width)) <= REACH && Math.abs(y - Math.floor(cell / width)) <= REACH)
        places.push({ cell: y * width + x, x, y });
  return places;
}
