import { brightnessAt } from './compensate.ts';
import { forEachShared, sampleRaster, wrap } from '../canvas/index.ts';
import type { WarpedView } from '../canvas/index.ts';

/** Factors on a grid over a canvas's rectangle, for brightness that differs from place to place. */
export interface BlockGains {
  readonly columns: number;
  readonly rows: number;
  /** `columns * rows` factors, row by row; the first is the middle of the first block. */
  readonly factors: Float32Array;
  /** Pixels once around, where the rectangle is so wide that its left and right edges meet. */
  readonly around?: number;
}

/** Pixels from one place that is looked at to the next, each way. */
const STEP = 4;
/** Blocks with fewer shared places than about this many lean on their neighbours and on 1. */
const CERTAIN = 15;
/** What a block may change at most, as a logarithm. */
const MOST = Math.log(1.6);
const ROUNDS = 3;

/**
 * What remains between overlapping images after their gains, block by block: each image's blocks move half way
 * towards what the others show there, a few times, and are smoothed; blocks that nobody shares stay.
 *
 * @param gainOf what pixel `k` of image `v` is multiplied by before; defaults to 1
 * @param block side of a block in pixels of the canvas
 * @param around width of a canvas whose left and right edges meet
 * @example
 * import { estimateBlockGains, estimateExposure } from 'whither/stitch';
 *
 * const { gains } = estimateExposure(views);
 * const blocks = estimateBlockGains(views, (view) => gains[view]);
 */
export function estimateBlockGains(
  views: readonly WarpedView[],
  gainOf: (v: number, k: number) => number = () => 1,
  block = 32,
  around?: number,
): BlockGains[] {
  const grids = views.map(({ area }) => ({
    columns: Math.ceil(area.width / block),
    rows: Math.ceil(area.height / block),
    around: area.width === around ? around : undefined,
  }));
  const shared = collectShared(views, grids, gainOf, block);
  let logs: Float32Array[] = grids.map(({ columns, rows }) => new Float32Array(columns * rows));
  for (let round = 0; round < ROUNDS; round++) logs = relax(shared, grids, logs);
  return grids.map((grid, v) => ({ ...grid, factors: logs[v].map(Math.exp) }));
}

type GridSize = Omit<BlockGains, 'factors'>;

/** Blocks that go around fit a whole number of times. */
const widthOf = ({ columns, around }: GridSize, block: number): number => (around ? around / columns : block);

/** What two images show alike: for each place the block of either, and how much brighter B is, as a logarithm. */
interface SharedPlaces {
  readonly a: number;
  readonly b: number;
  readonly blocksA: Int32Array;
  readonly blocksB: Int32Array;
  readonly differences: Float32Array;
}

function collectShared(
  views: readonly WarpedView[],
  grids: readonly GridSize[],
  gainOf: (v: number, k: number) => number,
  block: number,
): SharedPlaces[] {
  const logs = views.map((view, v) =>
    sampleRaster(view.area, STEP, (k) => Math.log(brightnessAt(view, k) * gainOf(v, k))),
  );
  const blocks = views.map(({ area }, v) => {
    const across = widthOf(grids[v], block);
    const blockOf = (k: number): number => {
      const x = k % area.width;
      return Math.floor((k - x) / area.width / block) * grids[v].columns + Math.floor(x / across);
    };
    return sampleRaster(area, STEP, blockOf).values;
  });
  const all: SharedPlaces[] = [];
  for (let a = 0; a < views.length; a++)
    for (let b = a + 1; b < views.length; b++) {
      const found: [number[], number[], number[]] = [[], [], []];
      forEachShared(logs[a], logs[b], (p, q) => {
        const difference = logs[b].values[q] - logs[a].values[p];
        if (!(Math.abs(difference) < Infinity)) return;
        found[0].push(blocks[a][p]);
        found[1].push(blocks[b][q]);
        found[2].push(difference);
      });
      const [blocksA, blocksB] = [new Int32Array(found[0]), new Int32Array(found[1])];
      all.push({ a, b, blocksA, blocksB, differences: new Float32Array(found[2]) });
    }
  return all;
}

function relax(
  shared: readonly SharedPlaces[],
  grids: readonly GridSize[],
  logs: readonly Float32Array[],
): Float32Array[] {
  const sums = logs.map((values) => new Float32Array(values.length));
  const counts = logs.map((values) => new Float32Array(values.length));
  for (const { a, b, blocksA, blocksB, differences } of shared)
    for (let k = 0; k < differences.length; k++) {
      const i = blocksA[k];
      const j = blocksB[k];
      const difference = differences[k] + logs[b][j] - logs[a][i];
      // Scenery that moved is no matter of exposure.
      if (Math.abs(difference) > MOST) continue;
      sums[a][i] += difference / 2;
      sums[b][j] -= difference / 2;
      counts[a][i]++;
      counts[b][j]++;
    }
  return logs.map((values, v) => {
    const moved = values.map((value, i) => value + sums[v][i] / (counts[v][i] + CERTAIN));
    return smooth(moved, grids[v]).map((value) => Math.max(-MOST, Math.min(MOST, value)));
  });
}

/** Weights 1, 2, 1 along both directions, the edges repeated where they do not meet. */
function smooth(values: Float32Array, { columns, rows, around }: GridSize): Float32Array {
  const beyond = around ? columns - 1 : 0;
  const across = values.map((value, i) => {
    const x = i % columns;
    const left = x > 0 ? i - 1 : i + beyond;
    const right = x < columns - 1 ? i + 1 : i - beyond;
    return (values[left] + 2 * value + values[right]) / 4;
  });
  return across.map((value, i) => {
    const y = Math.floor(i / columns);
    return (across[y > 0 ? i - columns : i] + 2 * value + across[y < rows - 1 ? i + columns : i]) / 4;
  });
}

/**
 * The factor at a place, in pixels of the rectangle that the blocks cover, between the blocks' middles.
 *
 * @example
 * import { blockGainAt, estimateBlockGains } from 'whither/stitch';
 *
 * const [gains] = estimateBlockGains(views);
 * const factor = blockGainAt(gains, 120, 80);
 */
export function blockGainAt(gains: BlockGains, x: number, y: number, block = 32): number {
  const { columns, rows, factors, around } = gains;
  const place = (x + 0.5) / widthOf(gains, block) - 0.5;
  const bx = around ? wrap(place, columns) : Math.max(0, Math.min(columns - 1, place));
  const by = Math.max(0, Math.min(rows - 1, (y + 0.5) / block - 0.5));
  const [i, j] = [Math.min(columns - 1, Math.floor(bx)), Math.floor(by)];
  const [fx, fy] = [bx - i, by - j];
  const next = around ? (i + 1) % columns : Math.min(columns - 1, i + 1);
  const right = next - i;
  const k = j * columns + i;
  const below = Math.min(rows - 1, j + 1) * columns + i;
  const upper = factors[k] * (1 - fx) + factors[k + right] * fx;
  return upper * (1 - fy) + (factors[below] * (1 - fx) + factors[below + right] * fx) * fy;
}
