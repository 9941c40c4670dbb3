/** Runs global matching in WebAssembly SIMD (kernels/assembly/network/match.ts). */

import * as built from '../built/match.ts';
import { writeSizes } from '../wasm/built.ts';
import { createPool } from '../wasm/pool.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import type { Pool } from '../wasm/pool.ts';
import type { FeatureMap } from '../types.ts';
import { REACH } from './reference.ts';
import type { MatchResult, MatchSpec } from './types.ts';

/** Values that the kernel's source declares. */
const SIZES = 32;
/** Cells of A in a strip. */
const STRIP = 32;
/** Multiply-adds that are worth a block of strips of its own, and the number of blocks that feeds any number of threads. */
const [BLOCK_WORK, MOST_BLOCKS] = [2 ** 22, 16];
const WINDOW = 2 * REACH + 1;
/** From one row of the scores in a window to the next, and from those of one cell to the next. */
const PITCH = 8;
const SCORES = WINDOW * PITCH;
/** Below every score, and the difference of two such is still a number. */
const LOWEST = -1e38;

/** Sizes in values, cells and, where they are addresses, bytes. */
interface Sizes extends MatchSpec {
  readonly cellsA: number;
  readonly cellsB: number;
  /** Channels, up to the next multiple of four. */
  readonly depth: number;
  readonly panels: number;
  readonly strips: number;
  /** Blocks of so many strips, the last of which may have fewer. */
  readonly blocks: number;
  readonly blockStrips: number;
  /** From one row of the scores of a strip to the next. */
  readonly row: number;
  readonly at: Readonly<Record<Place, number>>;
  /** Of each thread: a strip of A, and its scores. */
  readonly work: Readonly<Record<'scores' | 'size', number>>;
  /** Of each block: the highest score of each cell of B so far, and the sum. */
  readonly columns: Readonly<Record<'sums' | 'size', number>>;
  readonly pages: number;
}

type Place =
  | 'sizes'
  | 'rawA'
  | 'rawB'
  /** Channels last, with room for half a window on each side. */
  | 'lastA'
  | 'lastB'
  | 'packedB'
  /** Of each cell of A: its highest score, the sum of the powers of 2 of all less that, and the best match. */
  | 'highest'
  | 'sums'
  | 'best'
  /** The dot products in the windows around the best match, and around the cell itself. */
  | 'forward'
  | 'backward'
  | 'work'
  | 'columns';

const bordered = (height: number, width: number) => (height + 2 * REACH) * (width + 2 * REACH) + 8;

function planSizes(spec: MatchSpec, threads: number): Sizes {
  const { channels, heightA, widthA, heightB, widthB } = spec;
  const [cellsA, cellsB] = [heightA * widthA, heightB * widthB];
  const depth = roundUp(channels, 4);
  const panels = Math.ceil(cellsB / 8);
  const row = panels * 8 + 16;
  const strips = Math.ceil(cellsA / STRIP);
  const wanted = Math.min(MOST_BLOCKS, Math.ceil((channels * cellsA * cellsB) / BLOCK_WORK));
  const blockStrips = Math.ceil(strips / wanted);
  const blocks = Math.ceil(strips / blockStrips);
  const bytes = (floats: number) => roundUp(floats, 16) * 4;
  const scores = bytes(channels * STRIP);
  const work = { scores, size: scores + bytes(STRIP * row) };
  const columns = { sums: bytes(panels * 8), size: 2 * bytes(panels * 8) };
  const layout = createLayout('maps whose matching fits');
  const place = (floats: number) => layout.place(floats);
  const at = {
    sizes: place(SIZES),
    rawA: place(depth * cellsA + STRIP),
    rawB: place(depth * cellsB + 8),
    lastA: place(bordered(heightA, widthA) * depth),
    lastB: place(bordered(heightB, widthB) * depth),
    packedB: place(panels * channels * 8),
    ...{ highest: place(cellsA), sums: place(cellsA), best: place(cellsA) },
    ...{ forward: place(cellsA * SCORES), backward: place(cellsA * SCORES) },
    work: place((work.size / 4) * threads),
    columns: place((columns.size / 4) * blocks),
  };
  return {
    ...{ channels, heightA, widthA, heightB, widthB, cellsA, cellsB, depth, panels, row, at },
    ...{ strips, blocks, blockStrips, work, columns, pages: layout.pages() },
  };
}

/** A compiled matching. */
export interface MatchEngine {
  run(a: FeatureMap, b: FeatureMap, sharpness: number, out: MatchResult): void;
  /** Of its memory. */
  readonly bytes: number;
  dispose(): void;
}

/** @throws KernelError without WebAssembly SIMD, RangeError where the maps are too large for its memory */
export async function createMatchEngine(spec: MatchSpec, threads: number): Promise<MatchEngine> {
  const s = planSizes(spec, threads);
  const pool = await createPool(built, s.pages, threads);
  return {
    run(a, b, sharpness, out) {
      pool.memory.set(a.data, s.at.rawA / 4);
      pool.memory.set(b.data, s.at.rawB / 4);
      writeWork(pool, s, sharpness * Math.LOG2E);
      for (let block = 0; block < s.blocks; block++) {
        const { highest, sums } = columnsOf(pool, s, block);
        highest.fill(LOWEST);
        sums.fill(0);
      }
      pool.run('packPanelOfB', s.panels);
      pool.run('packA', s.heightA);
      pool.run('packB', s.heightB);
      pool.run('scan', s.blocks);
      if (s.blocks > 1) pool.kernel.addBlocks();
      pool.run('compareWindows', s.heightA);
      combine(pool, s, sharpness * Math.LOG2E, out);
    },
    bytes: pool.memory.byteLength,
    dispose: () => pool.dispose(),
  };
}

/** The fields of `Sizes` in the kernel's source. */
function writeWork({ memory }: Pool, s: Sizes, sharpness: number): void {
  const { channels, widthA, widthB, cellsA, cellsB, depth, panels, strips, blocks, blockStrips } = s;
  const { rawA, rawB, lastA, lastB, packedB, highest, sums, best, forward, backward, work, columns } = s.at;
  writeSizes(memory, {
    ...{ channels, widthA, widthB, cellsA, cellsB, cell: 4 * depth, panels, strips, blocks, blockStrips },
    ...{ row: 4 * s.row, sharpness: Float32Array.of(sharpness), rawA, rawB, lastA, lastB, packedB },
    ...{ highest, sums, best, forward, backward, work, workSize: s.work.size, workScores: s.work.scores },
    ...{ columns, columnsSize: s.columns.size, columnSums: s.columns.sums },
  });
}

const view = ({ memory }: Pool, at: number, length: number) => memory.subarray(at / 4, at / 4 + length);

function columnsOf(pool: Pool, { at, columns, panels }: Sizes, block: number) {
  const own = at.columns + block * columns.size;
  return { highest: view(pool, own, panels * 8), sums: view(pool, own + columns.sums, panels * 8) };
}

/** Logarithms, to the base 2, of the sums of the powers of all scores of each cell of B. */
function sumColumns(pool: Pool, s: Sizes): Float64Array {
  const { highest, sums } = columnsOf(pool, s, 0);
  return Float64Array.from({ length: s.cellsB }, (_, j) => highest[j] + Math.log2(sums[j]));
}

/** Flow and confidence from the scores in the windows; the scores here are to the base 2. */
function combine(pool: Pool, s: Sizes, sharpness: number, { flow, confidence }: MatchResult): void {
  const { heightA, widthA, heightB, widthB, cellsA } = s;
  const [highest, sums, best] = [s.at.highest, s.at.sums, s.at.best].map((at) => view(pool, at, cellsA));
  const [forward, backward] = [s.at.forward, s.at.backward].map((at) => view(pool, at, cellsA * SCORES));
  const columns = sumColumns(pool, s);
  const b = { height: heightB, width: widthB };
  const a = { height: heightA, width: widthA };
  for (let y = 0, i = 0; y < heightA; y++)
    for (let x = 0; x < widthA; x++, i++) {
      const [bestX, bestY] = [best[i] % widthB, Math.floor(best[i] / widthB)];
      const there = weigh(forward, i, sharpness, highest[i], { x: bestX, y: bestY, ...b });
      const back = weigh(backward, i, sharpness, columns[best[i]], { x, y, ...a });
      flow[i] = bestX + there.x - x;
      flow[cellsA + i] = bestY + there.y - y;
      confidence[i] = Math.min(1, (there.mass / sums[i]) * back.mass);
    }
}

/** The powers of the scores in the window of a cell, less `level`: their sum, and the mean place they stand at. */
function weigh(
  dots: Float32Array,
  i: number,
  sharpness: number,
  level: number,
  { x, y, height, width }: Readonly<Record<'x' | 'y' | 'height' | 'width', number>>,
) {
  let [mass, sumX, sumY] = [0, 0, 0];
  const [left, right] = [Math.max(-REACH, -x), Math.min(REACH, width - 1 - x)];
  const [top, bottom] = [Math.max(-REACH, -y), Math.min(REACH, height - 1 - y)];
  for (let dy = top; dy <= bottom; dy++)
    for (let dx = left; dx <= right; dx++) {
      const dot = dots[i * SCORES + (dy + REACH) * PITCH + dx + REACH];
      const power = Math.exp((sharpness * dot - level) * Math.LN2);
      mass += power;
      sumX += power * dx;
      sumY += power * dy;
    }
  return { mass, x: sumX / mass, y: sumY / mass };
}
