/**
 * Global matching in WebAssembly SIMD, written for two sizes. The scores of all pairs are never held at once: those of
 * a strip of A's cells with all of B are a matrix product in the tiles of the correlation, from which the best match
 * and the sums of both softmaxes are taken while it is in the cache. The few scores around each match are then computed
 * anew. The sums over A are kept by block of strips, and the blocks are added in order: which thread takes which of them
 * is chance, and no sum may depend on it.
 */

import { multiplyTile, tileLocals } from '../correlation/index.ts';
import { createLocals, get } from '../wasm/code.ts';
import * as w from '../wasm/code.ts';
import { createCrew } from '../wasm/crew.ts';
import { exp2, exp2Locals } from '../wasm/exponential.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import { hasFused } from '../wasm/support.ts';
import { multiplyWindow, packRow, reduceLanes } from '../wasm/vectors.ts';
import type { Code, FunctionSource, Local, Locals } from '../wasm/code.ts';
import type { Crew } from '../wasm/crew.ts';
import type { FeatureMap } from '../types.ts';
import { REACH } from './reference.ts';
import type { MatchResult, MatchSpec } from './types.ts';

const { add, equal, greatest, least, load, multiply, select, store, subtract } = w.f32x4;

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
  | 'sharpness'
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
    sharpness: place(4),
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
  const functions = [
    packPanel(s),
    packLast(s, 'A'),
    packLast(s, 'B'),
    scan(s),
    addBlocks(s),
    compareWindows(s),
  ];
  const crew = await createCrew(functions, s.pages, threads);
  return {
    run(a, b, sharpness, out) {
      crew.memory.set(a.data, s.at.rawA / 4);
      crew.memory.set(b.data, s.at.rawB / 4);
      crew.memory[s.at.sharpness / 4] = sharpness * Math.LOG2E;
      for (let block = 0; block < s.blocks; block++) {
        const { highest, sums } = columnsOf(crew, s, block);
        highest.fill(LOWEST);
        sums.fill(0);
      }
      crew.run('packPanel', s.panels);
      crew.run('packA', s.heightA);
      crew.run('packB', s.heightB);
      crew.run('scan', s.blocks);
      if (s.blocks > 1) crew.kernel.addBlocks();
      crew.run('compareWindows', s.heightA);
      combine(crew, s, sharpness * Math.LOG2E, out);
    },
    bytes: crew.memory.byteLength,
    dispose: () => crew.dispose(),
  };
}

const view = ({ memory }: Crew, at: number, length: number) => memory.subarray(at / 4, at / 4 + length);

function columnsOf(crew: Crew, { at, columns, panels }: Sizes, block: number) {
  const own = at.columns + block * columns.size;
  return { highest: view(crew, own, panels * 8), sums: view(crew, own + columns.sums, panels * 8) };
}

/** Logarithms, to the base 2, of the sums of the powers of all scores of each cell of B. */
function sumColumns(crew: Crew, s: Sizes): Float64Array {
  const { highest, sums } = columnsOf(crew, s, 0);
  return Float64Array.from({ length: s.cellsB }, (_, j) => highest[j] + Math.log2(sums[j]));
}

/** Flow and confidence from the scores in the windows; the scores here are to the base 2. */
function combine(crew: Crew, s: Sizes, sharpness: number, { flow, confidence }: MatchResult): void {
  const { heightA, widthA, heightB, widthB, cellsA } = s;
  const [highest, sums, best] = [s.at.highest, s.at.sums, s.at.best].map((at) => view(crew, at, cellsA));
  const [forward, backward] = [s.at.forward, s.at.backward].map((at) => view(crew, at, cellsA * SCORES));
  const columns = sumColumns(crew, s);
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

/** `packPanel(panel, thread)`: eight cells of B, their values of each channel side by side. */
function packPanel(s: Sizes): FunctionSource {
  const locals = createLocals(2);
  const [c, source, target] = Array.from({ length: 3 }, () => locals.integer());
  return {
    name: 'packPanel',
    locals,
    body: [
      ...w.set(source, w.offset(w.constant(s.at.rawB), get(0), 32)),
      ...w.set(target, w.offset(w.constant(s.at.packedB), get(0), 32 * s.channels)),
      ...w.loop(c, w.constant(0), s.channels, 1, [
        ...store(get(target), load(get(source))),
        ...store(get(target), load(get(source), 16), 16),
        ...w.increase(source, s.cellsB * 4),
        ...w.increase(target, 32),
      ]),
    ],
  };
}

/** What comes between the rows is read with a window, and not used. */
function packLast(s: Sizes, which: 'A' | 'B'): FunctionSource {
  const width = s[`width${which}`];
  const cell = s.depth * 4;
  return packRow(`pack${which}`, {
    columns: roundUp(width, 4),
    depth: s.depth,
    from: s.at[`raw${which}`],
    fromRow: width * 4,
    fromPlane: s[`cells${which}`] * 4,
    to: s.at[`last${which}`] + REACH * (width + 2 * REACH + 1) * cell,
    toRow: (width + 2 * REACH) * cell,
    factor: 1,
  });
}

/** `scan(block, thread)`: highest scores, best matches and sums of the cells of a block, and its part in those of B. */
function scan(s: Sizes): FunctionSource {
  const locals = createLocals(2);
  const [block, thread] = [0, 1];
  const [work, rows, columns, strip, end] = Array.from({ length: 5 }, () => locals.integer());
  const rest = s.cellsA % STRIP;
  return {
    name: 'scan',
    locals,
    body: [
      ...w.set(work, w.offset(w.constant(s.at.work), get(thread), s.work.size)),
      ...w.set(columns, w.offset(w.constant(s.at.columns), get(block), s.columns.size)),
      ...w.set(rows, w.constant(STRIP)),
      ...w.set(strip, w.multiply(get(block), w.constant(s.blockStrips))),
      ...w.set(end, w.add(get(strip), w.constant(s.blockStrips))),
      ...w.when(w.lessThan(w.constant(s.strips), get(end)), w.set(end, w.constant(s.strips))),
      ...w.loopUntil(strip, end, 1, [
        ...(rest
          ? w.when(w.lessThan(w.constant(s.strips - 2), get(strip)), w.set(rows, w.constant(rest)))
          : []),
        ...multiplyStrip(s, locals, strip, work),
        ...scanRows(s, locals, { strip, work, rows }),
        ...scanColumns(s, locals, { work, rows, columns }),
      ]),
    ],
  };
}

/** The scores of a strip, to the base 2; those beside B are lower than any. */
function multiplyStrip(s: Sizes, locals: Locals, strip: Local, work: Local): Code {
  const tile = tileLocals(locals);
  const [c, source, target, panel, block] = Array.from({ length: 5 }, () => locals.integer());
  const blocks = STRIP / 4;
  const blockSize = s.channels * 16;
  const row = s.row * 4;
  const beside = s.cellsB % 8;
  const pack: Code = [
    ...w.set(source, w.offset(w.constant(s.at.rawA), get(strip), STRIP * 4)),
    ...w.set(target, get(work)),
    ...w.loop(c, w.constant(0), s.channels, 1, [
      ...Array.from({ length: blocks }, (_, k) =>
        store(
          get(target),
          multiply(load(get(source), k * 16), w.f32x4.loadSplat(w.constant(s.at.sharpness))),
          k * blockSize,
        ),
      ).flat(),
      ...w.increase(source, s.cellsA * 4),
      ...w.increase(target, 16),
    ]),
  ];
  const product: Code = [
    ...w.set(tile.pa, w.offset(get(work), get(block), blockSize)),
    ...w.set(tile.pb, w.offset(w.constant(s.at.packedB), get(panel), 32 * s.channels)),
    ...tile.sums.flatMap((sum) => w.set(sum, w.f32x4.zero)),
    ...multiplyTile(tile, s.channels, 32, hasFused()),
    ...w.set(target, w.offset(w.offset(get(work), get(block), 4 * row), get(panel), 32)),
    ...tile.sums.flatMap((sum, k) =>
      store(get(target), get(sum), s.work.scores + (k >> 1) * row + (k & 1) * 16),
    ),
  ];
  const lanes = [0, 1, 2, 3, 4, 5, 6, 7].map((lane) => (lane < beside ? Infinity : LOWEST));
  const halves = [lanes.slice(0, 4), lanes.slice(4)] as [number, number, number, number][];
  const hide: Code = [
    ...w.set(target, get(work)),
    ...w.loop(block, w.constant(0), STRIP, 1, [
      ...halves.flatMap((half, k) => {
        const at = s.work.scores + (s.panels - 1) * 32 + k * 16;
        return store(get(target), least(load(get(target), at), w.f32x4.values(...half)), at);
      }),
      ...w.increase(target, row),
    ]),
  ];
  return [
    ...pack,
    ...w.loop(panel, w.constant(0), s.panels, 1, w.loop(block, w.constant(0), blocks, 1, product)),
    ...(beside ? hide : []),
  ];
}

/** Of each row of the strip the highest score, the first place it stands at, and the sum of the powers. */
function scanRows(
  s: Sizes,
  locals: Locals,
  { strip, work, rows }: Readonly<Record<'strip' | 'work' | 'rows', Local>>,
): Code {
  const [row, at, end, result] = Array.from({ length: 4 }, () => locals.integer());
  const [highest, sum, index, best] = Array.from({ length: 4 }, () => locals.vector());
  const power = exp2Locals(locals);
  const value = load(get(at), s.work.scores);
  const begin: Code = [
    ...w.set(at, w.offset(get(work), get(row), s.row * 4)),
    ...w.set(end, w.add(get(at), w.constant(s.panels * 32))),
  ];
  const keep = (local: Local, place: number) => w.f32x4.storeLane(get(result), get(local), 0, place);
  return [
    ...w.set(row, w.constant(0)),
    ...w.loopUntil(row, rows, 1, [
      ...begin,
      ...w.set(highest, w.f32x4.splat(LOWEST)),
      ...w.loopUntil(at, end, 16, w.set(highest, greatest(value, get(highest)))),
      ...reduceLanes(highest, greatest),
      ...begin,
      ...w.set(sum, w.f32x4.zero),
      ...w.set(index, w.f32x4.values(0, 1, 2, 3)),
      ...w.set(best, w.f32x4.splat(s.cellsB - 1)),
      ...w.loopUntil(at, end, 16, [
        ...w.set(best, least(select(get(index), get(best), equal(value, get(highest))), get(best))),
        ...w.set(sum, add(get(sum), exp2(subtract(value, get(highest)), power))),
        ...w.set(index, add(get(index), w.f32x4.splat(4))),
      ]),
      ...reduceLanes(sum, add),
      ...reduceLanes(best, least),
      ...w.set(result, w.multiply(w.offset(get(row), get(strip), STRIP), w.constant(4))),
      ...keep(highest, s.at.highest),
      ...keep(sum, s.at.sums),
      ...keep(best, s.at.best),
    ]),
  ];
}

/** Highest score and sum of every cell of B, brought forward from the strips of the block before this. */
function scanColumns(
  s: Sizes,
  locals: Locals,
  { work, rows, columns }: Readonly<Record<'work' | 'rows' | 'columns', Local>>,
): Code {
  const [column, lastColumn, at, end, kept] = Array.from({ length: 5 }, () => locals.integer());
  const [before, highest, sum] = Array.from({ length: 3 }, () => locals.vector());
  const power = exp2Locals(locals);
  const value = load(get(at), s.work.scores);
  return [
    ...w.set(kept, get(columns)),
    ...w.set(column, get(work)),
    ...w.set(lastColumn, w.add(get(work), w.constant(s.panels * 32))),
    ...w.loopUntil(column, lastColumn, 16, [
      ...w.set(before, load(get(kept))),
      ...w.set(highest, get(before)),
      ...w.set(end, w.offset(get(column), get(rows), s.row * 4)),
      ...w.set(at, get(column)),
      ...w.loopUntil(at, end, s.row * 4, w.set(highest, greatest(value, get(highest)))),
      ...w.set(
        sum,
        multiply(load(get(kept), s.columns.sums), exp2(subtract(get(before), get(highest)), power)),
      ),
      ...w.set(at, get(column)),
      ...w.loopUntil(
        at,
        end,
        s.row * 4,
        w.set(sum, add(get(sum), exp2(subtract(value, get(highest)), power))),
      ),
      ...store(get(kept), get(highest)),
      ...store(get(kept), get(sum), s.columns.sums),
      ...w.increase(kept, 16),
    ]),
  ];
}

/** `addBlocks()`: highest scores and sums of all blocks, one after the other, to where those of the first were. */
function addBlocks(s: Sizes): FunctionSource {
  const locals = createLocals(0);
  const [at, end, block] = Array.from({ length: 3 }, () => locals.integer());
  const [highest, sum, before, other] = Array.from({ length: 4 }, () => locals.vector());
  const power = exp2Locals(locals);
  const scaled = (value: Code, level: Local): Code =>
    multiply(value, exp2(subtract(get(level), get(highest)), power));
  const next: Code = [
    ...w.set(before, get(highest)),
    ...w.set(other, load(get(block))),
    ...w.set(highest, greatest(get(other), get(highest))),
    ...w.set(sum, add(scaled(get(sum), before), scaled(load(get(block), s.columns.sums), other))),
  ];
  return {
    name: 'addBlocks',
    locals,
    body: [
      ...w.loop(at, w.constant(s.at.columns), s.at.columns + s.panels * 32, 16, [
        ...w.set(highest, load(get(at))),
        ...w.set(sum, load(get(at), s.columns.sums)),
        ...w.set(block, w.add(get(at), w.constant(s.columns.size))),
        ...w.set(end, w.add(get(at), w.constant(s.blocks * s.columns.size))),
        ...w.loopUntil(block, end, s.columns.size, next),
        ...store(get(at), get(highest)),
        ...store(get(at), get(sum), s.columns.sums),
      ]),
    ],
  };
}

/** `compareWindows(y, thread)`: the dot products around the best matches of a row of A, and around their own cells. */
function compareWindows(s: Sizes): FunctionSource {
  const locals = createLocals(2);
  const [x, own, best, dots] = Array.from({ length: 4 }, () => locals.integer());
  const places = { cell: locals.integer(), corner: locals.integer(), dots };
  const size = s.depth * 4;
  const stride = { A: s.widthA + 2 * REACH, B: s.widthB + 2 * REACH };
  const centre = (map: 'A' | 'B') => REACH * (stride[map] + 1) * size;
  const compare = (cell: Local, from: 'A' | 'B', corner: Local, to: 'A' | 'B', results: number): Code => [
    ...w.set(places.cell, w.add(get(cell), w.constant(centre(from)))),
    ...w.set(places.corner, get(corner)),
    ...w.set(dots, w.offset(w.constant(results), w.offset(get(x), get(0), s.widthA), SCORES * 4)),
    ...multiplyWindow({ window: WINDOW, depth: s.depth, stride: stride[to], pitch: PITCH }, places, locals),
  ];
  const bestAt = w.offset(w.constant(s.at.best), w.offset(get(x), get(0), s.widthA), 4);
  return {
    name: 'compareWindows',
    locals,
    body: [
      ...w.set(own, w.offset(w.constant(s.at.lastA), get(0), stride.A * size)),
      ...w.loop(x, w.constant(0), s.widthA, 1, [
        ...w.set(best, w.i32x4.lane(w.i32x4.truncate(w.f32x4.loadSplat(bestAt)), 0)),
        // From a number to a place: there are 2 * REACH cells more in every row.
        ...w.set(best, w.offset(get(best), w.divide(get(best), w.constant(s.widthB)), 2 * REACH)),
        ...w.set(best, w.offset(w.constant(s.at.lastB), get(best), size)),
        ...compare(own, 'A', best, 'B', s.at.forward),
        ...compare(best, 'B', own, 'A', s.at.backward),
        ...w.increase(own, size),
      ]),
    ],
  };
}
