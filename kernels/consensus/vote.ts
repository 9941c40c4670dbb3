import type { AllPairsVolume } from '../correlation/index.ts';
import type { VoteOptions } from './types.ts';

/**
 * Lets all pairs of cells vote for their displacement, and multiplies each score by the votes for its own
 * (`voteReference` is the definition): matches that many others agree with stand out, wherever in the map the others
 * are. The votes are counted in a table of displacements and blurred there, so the time is that of the volume itself.
 * The result is scaled to a greatest score of 1.
 *
 * @example
 * import { correlateAllPairs, voteDisplacements } from 'whither/kernels';
 *
 * const voted = voteDisplacements(await correlateAllPairs(mapA, mapB), { sigma: 2 });
 */
export function voteDisplacements(volume: AllPairsVolume, options: VoteOptions = {}): AllPairsVolume {
  const { heightA, widthA, heightB, widthB, data } = volume;
  const { power = 3, sigma = 2 } = options;
  checkPositive(power, 'power');
  checkPositive(sigma, 'sigma');
  const strength = raise(data, power);
  const table = blur(count(volume, strength), heightA + heightB - 1, widthA + widthB - 1, sigma);
  const columns = widthA + widthB - 1;
  let most = 0;
  eachRow(
    volume,
    (k, cell) => {
      for (let x = 0; x < widthB; x++) most = Math.max(most, (strength[k + x] *= table[cell + x]));
    },
    columns,
  );
  if (most > 0) for (let k = 0; k < strength.length; k++) strength[k] /= most;
  return { heightA, widthA, heightB, widthB, data: Float32Array.from(strength) };
}

function checkPositive(value: number, name: string): void {
  if (!(value > 0 && value < 1e3))
    throw new RangeError(
      `Expected a number above 0 and below 1000 for ${name} but received ${String(value)}`,
    );
}

/** Scores to a power, the greatest of them 1; those not above 0 are 0. */
function raise(data: Float32Array, power: number): Float64Array {
  let most = 0;
  for (const score of data) if (score > most) most = score;
  const out = new Float64Array(data.length);
  if (most > 0 && most < Infinity)
    for (let k = 0; k < data.length; k++) if (data[k] > 0) out[k] = (data[k] / most) ** power;
  return out;
}

/** Calls `visit` with the index of each row of B's cells, and that row's first displacement in the table. */
function eachRow(
  { heightA, widthA, heightB, widthB }: AllPairsVolume,
  visit: (index: number, cell: number) => void,
  columns: number,
): void {
  let k = 0;
  for (let ya = 0; ya < heightA; ya++)
    for (let xa = 0; xa < widthA; xa++)
      for (let yb = 0; yb < heightB; yb++, k += widthB)
        visit(k, (yb - ya + heightA - 1) * columns + widthA - 1 - xa);
}

/** The sum of the scores of each displacement: that of (dx, dy) is at row dy + heightA - 1, column dx + widthA - 1. */
function count(volume: AllPairsVolume, strength: Float64Array): Float64Array {
  const columns = volume.widthA + volume.widthB - 1;
  const table = new Float64Array((volume.heightA + volume.heightB - 1) * columns);
  eachRow(
    volume,
    (k, cell) => {
      for (let x = 0; x < volume.widthB; x++) table[cell + x] += strength[k + x];
    },
    columns,
  );
  return table;
}

/** A Gaussian of height 1, along rows and then along columns; nothing lies outside the table. */
function blur(table: Float64Array, rows: number, columns: number, sigma: number): Float64Array {
  const reach = Math.min(Math.ceil(sigma * 6), Math.max(rows, columns));
  const taps = Float64Array.from({ length: reach + 1 }, (_, d) => Math.exp((-d * d) / (2 * sigma * sigma)));
  const between = new Float64Array(table.length);
  const out = new Float64Array(table.length);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      for (let d = -Math.min(reach, x); d <= Math.min(reach, columns - 1 - x); d++)
        between[y * columns + x] += taps[Math.abs(d)] * table[y * columns + x + d];
  for (let y = 0; y < rows; y++)
    for (let d = -Math.min(reach, y); d <= Math.min(reach, rows - 1 - y); d++)
      for (let x = 0; x < columns; x++)
        out[y * columns + x] += taps[Math.abs(d)] * between[(y + d) * columns + x];
  return out;
}
