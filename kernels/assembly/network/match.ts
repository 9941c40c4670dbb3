/**
 * Global matching. The scores of all pairs are never held at once: those of a strip of A's cells with all of B are a
 * matrix product in the tiles of the correlation, from which the best match and the sums of both softmaxes are taken
 * while it is in the cache. The few scores around each match are then computed anew. The sums over A are kept by block of
 * strips, and the blocks are added in order: which thread takes which of them is chance, and no sum may depend on it.
 */

import { exp2 } from '../shared/exponential';
import { multiplyTile, packPanel, packStrip } from '../shared/tile';
import { multiplyWindow, packRow } from '../shared/windows';

/** Cells of A in a strip. */
const STRIP: usize = 32;

/** Cells to each side of the best match (kernels/match/reference.ts), and of a window. */
const REACH: usize = 2;
const WINDOW: usize = 5;

/** Bytes from one row of the scores in a window to the next, and from those of one cell to the next. */
const PITCH: usize = 32;
const SCORES: usize = WINDOW * PITCH;

/** Below every score, and the difference of two such is still a number. */
const LOWEST: f32 = -1e38;

/** What the host writes at address 64. Sizes in cells; addresses, `cell`, `row` and the sizes of work in bytes. */
@unmanaged
class Sizes {
  channels: usize;
  widthA: usize;
  widthB: usize;
  cellsA: usize;
  cellsB: usize;
  /** All channels, up to the next multiple of four. */
  cell: usize;
  /** Of eight cells of B. */
  panels: usize;
  strips: usize;
  /** Blocks of so many strips, the last of which may have fewer. */
  blocks: usize;
  blockStrips: usize;
  /** From one row of the scores of a strip to the next. */
  row: usize;
  /** What the scores are multiplied by, to the base 2. */
  sharpness: f32;
  rawA: usize;
  rawB: usize;
  /** Channels last, with room for half a window on each side. */
  lastA: usize;
  lastB: usize;
  packedB: usize;
  /** Of each cell of A: its highest score, the sum of the powers of 2 of all less that, and the best match. */
  highest: usize;
  sums: usize;
  best: usize;
  /** The dot products in the windows around the best match, and around the cell itself. */
  forward: usize;
  backward: usize;
  /** Of each thread: a strip of A, and from `workScores` on its scores. */
  work: usize;
  workSize: usize;
  workScores: usize;
  /** Of each block: the highest score of each cell of B so far, and from `columnSums` on the sums. */
  columns: usize;
  columnsSize: usize;
  columnSums: usize;
}

function sizes(): Sizes {
  return changetype<Sizes>(64);
}

/** Eight cells of B. */
export function packPanelOfB(panel: usize): void {
  const s = sizes();
  packPanel(s.rawB + 32 * panel, 4 * s.cellsB, s.channels, s.packedB + 32 * panel * s.channels);
}

/** A row of A, channels last. */
export function packA(row: usize): void {
  const s = sizes();
  packLast(s.rawA, s.cellsA, s.widthA, s.lastA, row);
}

/** A row of B, channels last. */
export function packB(row: usize): void {
  const s = sizes();
  packLast(s.rawB, s.cellsB, s.widthB, s.lastB, row);
}

/** What comes between the rows is read with a window, and not used. */
function packLast(raw: usize, cells: usize, width: usize, last: usize, row: usize): void {
  const cell = sizes().cell;
  const stride = width + 2 * REACH;
  const columns: usize = (width + 3) & ~3;
  const to = last + (REACH * (stride + 1) + row * stride) * cell;
  packRow(raw + row * 4 * width, columns, 4 * cells, to, cell, 1);
}

/** Highest scores, best matches and sums of the cells of a block of A, and its part in those of B. */
export function scan(block: usize, thread: usize): void {
  const s = sizes();
  const work = s.work + thread * s.workSize;
  const scores = work + s.workScores;
  const columns = s.columns + block * s.columnsSize;
  const begin = block * s.blockStrips;
  const end = min(begin + s.blockStrips, s.strips);
  for (let strip = begin; strip < end; strip++) {
    const first = strip * STRIP;
    const rows = min(STRIP, s.cellsA - first);
    multiplyStrip(first, work, scores);
    for (let i: usize = 0; i < rows; i++) scanRow(scores + i * s.row, 4 * (first + i));
    scanColumns(scores, rows * s.row, columns);
  }
}

/** The scores of a strip, to the base 2; those beside B are lower than any. */
function multiplyStrip(first: usize, work: usize, scores: usize): void {
  const s = sizes();
  const channels = s.channels;
  const row = s.row;
  packStrip(s.rawA + 4 * first, 4 * s.cellsA, STRIP, channels, s.sharpness, work);
  let b = s.packedB;
  let out = scores;
  for (const end = scores + 32 * s.panels; out < end; out += 32, b += 32 * channels) {
    let to = out;
    for (let a = work; a < work + 4 * STRIP * channels; a += 16 * channels, to += 4 * row)
      multiplyTile(a, b, channels, 32, to, row);
  }
  if (s.cellsB % 8) hideBeside(scores + 32 * (s.panels - 1), f32(s.cellsB % 8));
}

/** Of each row of the last panel, all but the first `count` scores. */
function hideBeside(last: usize, count: f32): void {
  const row = sizes().row;
  const left = mostOf(f32x4(0, 1, 2, 3), count);
  const right = mostOf(f32x4(4, 5, 6, 7), count);
  for (let at = last; at < last + STRIP * row; at += row) {
    v128.store(at, f32x4.pmin(left, v128.load(at)));
    v128.store(at, f32x4.pmin(right, v128.load(at, 16)), 16);
  }
}

/** No bound for the first `count` columns, and the lowest for the others. */
function mostOf(columns: v128, count: f32): v128 {
  const inside = f32x4.lt(columns, f32x4.splat(count));
  return v128.bitselect(f32x4.splat(Infinity), f32x4.splat(LOWEST), inside);
}

/** Of the scores of one cell of A the highest, the first place it stands at, and the sum of the powers. */
function scanRow(scores: usize, result: usize): void {
  const s = sizes();
  const end = scores + 32 * s.panels;
  let highest = f32x4.splat(LOWEST);
  let at = scores;
  do {
    highest = f32x4.pmax(highest, v128.load(at));
    at += 16;
  } while (at < end);
  highest = f32x4.pmax(swapHalves(highest), highest);
  highest = f32x4.pmax(swapPairs(highest), highest);
  let sum = f32x4.splat(0);
  let best = f32x4.splat(f32(s.cellsB - 1));
  let index = f32x4(0, 1, 2, 3);
  at = scores;
  do {
    const value = v128.load(at);
    best = f32x4.pmin(best, v128.bitselect(index, best, f32x4.eq(value, highest)));
    sum = f32x4.add(sum, exp2(f32x4.sub(value, highest)));
    index = f32x4.add(index, f32x4.splat(4));
    at += 16;
  } while (at < end);
  sum = f32x4.add(sum, swapHalves(sum));
  sum = f32x4.add(sum, swapPairs(sum));
  best = f32x4.pmin(swapHalves(best), best);
  best = f32x4.pmin(swapPairs(best), best);
  v128.store_lane<f32>(s.highest + result, highest, 0);
  v128.store_lane<f32>(s.sums + result, sum, 0);
  v128.store_lane<f32>(s.best + result, best, 0);
}

function swapHalves(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 2, 3, 0, 1);
}

function swapPairs(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 1, 0, 3, 2);
}

/** Highest score and sum of every cell of B, brought forward from the strips of the block before this. */
function scanColumns(scores: usize, size: usize, columns: usize): void {
  const s = sizes();
  const row = s.row;
  const toSums = s.columnSums;
  let column = scores;
  const last = scores + 32 * s.panels;
  do {
    const before = v128.load(columns);
    const end = column + size;
    let highest = before;
    let at = column;
    do {
      highest = f32x4.pmax(highest, v128.load(at));
      at += row;
    } while (at < end);
    let sum = f32x4.mul(v128.load(columns + toSums), exp2(f32x4.sub(before, highest)));
    at = column;
    do {
      sum = f32x4.add(sum, exp2(f32x4.sub(v128.load(at), highest)));
      at += row;
    } while (at < end);
    v128.store(columns, highest);
    v128.store(columns + toSums, sum);
    columns += 16;
    column += 16;
  } while (column < last);
}

/** Highest scores and sums of all blocks, one after the other, to where those of the first were. */
export function addBlocks(): void {
  const s = sizes();
  for (let at = s.columns; at < s.columns + 32 * s.panels; at += 16) {
    let highest = v128.load(at);
    let sum = v128.load(at + s.columnSums);
    for (let block: usize = 1; block < s.blocks; block++) {
      const from = at + block * s.columnsSize;
      const before = highest;
      const other = v128.load(from);
      highest = f32x4.pmax(before, other);
      sum = f32x4.add(
        f32x4.mul(sum, exp2(f32x4.sub(before, highest))),
        f32x4.mul(v128.load(from + s.columnSums), exp2(f32x4.sub(other, highest))),
      );
    }
    v128.store(at, highest);
    v128.store(at + s.columnSums, sum);
  }
}

/** The dot products around the best matches of a row of A, and around their own cells. */
export function compareWindows(y: usize): void {
  const s = sizes();
  const cell = s.cell;
  const strideA = s.widthA + 2 * REACH;
  const strideB = s.widthB + 2 * REACH;
  const toCentreA = REACH * (strideA + 1) * cell;
  const toCentreB = REACH * (strideB + 1) * cell;
  let own = s.lastA + y * strideA * cell;
  let i = y * s.widthA;
  for (const end = i + s.widthA; i < end; i++, own += cell) {
    const match = usize(load<f32>(s.best + 4 * i));
    // From a number to a place: there are 2 * REACH cells more in every row.
    const best = s.lastB + (match + (match / s.widthB) * 2 * REACH) * cell;
    const forward = s.forward + i * SCORES;
    const backward = s.backward + i * SCORES;
    multiplyWindow(own + toCentreA, best, forward, WINDOW, PITCH, cell, strideB * cell);
    multiplyWindow(best + toCentreB, own, backward, WINDOW, PITCH, cell, strideA * cell);
  }
}
