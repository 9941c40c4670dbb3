/**
 * The lookup of correlations around a flow. All samples of a cell have the same fractions, so its window of
 * `(2 * radius + 1) ** 2` samples is blended from the `(2 * radius + 2) ** 2` dot products at whole cells. Maps lie
 * channels last, so that a dot product runs over memory in one piece; around B there are so many zeros that a window has
 * room beside the map.
 */

import { between, storeTransposed } from '../shared/vectors';
import { multiplyWindow, packRow } from '../shared/windows';

/** Cells whose scores are gathered before they are written, so that whole cache lines of a plane are. */
const BLOCK: usize = 16;

/** What the host writes at address 64. Sizes in cells; addresses, `cell`, `scores` and `workSize` in bytes. */
@unmanaged
class Sizes {
  height: usize;
  /** Of the maps, up to the next multiple of four. */
  columns: usize;
  /** All channels, up to the next multiple of four. */
  cell: usize;
  radius: usize;
  /** Columns and rows of the window's whole cells. */
  window: usize;
  /** From the scores of one cell to those of the next in the work of a thread. */
  scores: usize;
  factor: f32;
  /** Map A or B as it came. */
  raw: usize;
  a: usize;
  /** All of u, then all of v. */
  flow: usize;
  /** The work of thread 0, and how far it is to that of the next. */
  work: usize;
  workSize: usize;
  /** B as it is, and the one that is worked on. */
  base: Target;
  target: Target;
}

/** One B, made coarser by `reach`. */
@unmanaged
class Target {
  reach: usize;
  height: usize;
  width: usize;
  /** From one row to the next: the zeros beside it belong to both. */
  stride: usize;
  /** Addresses: the zeros before it, and its scores. */
  at: usize;
  out: usize;
}

function sizes(): Sizes {
  return changetype<Sizes>(64);
}

/** Where the first cell of a B lies: the zeros before it are a window's. */
function firstCell(target: Target): usize {
  return target.at + sizes().window * (target.stride + 1) * sizes().cell;
}

export function packA(row: usize): void {
  const s = sizes();
  packLast(row, s.a + row * s.columns * s.cell, s.factor);
}

export function packB(row: usize): void {
  const s = sizes();
  packLast(row, firstCell(s.base) + row * s.base.stride * s.cell, 1);
}

function packLast(row: usize, to: usize, factor: f32): void {
  const s = sizes();
  const size: usize = 4 * s.columns;
  packRow(s.raw + row * size, s.columns, s.height * size, to, s.cell, factor);
}

/** A row of cells that are the means of `reach` x `reach` cells of B, of as many as there are at the edges. */
export function coarsen(row: usize): void {
  const s = sizes();
  const target = s.target;
  const reach = target.reach;
  const cell = s.cell;
  const pitch = s.base.stride * cell;
  const rows = min(reach, s.base.height - row * reach);
  let to = firstCell(target) + row * target.stride * cell;
  let first = firstCell(s.base) + row * reach * pitch;
  for (let x: usize = 0; x < target.width; x++, first += reach * cell) {
    const columns = min(reach, s.base.width - x * reach);
    const share = f32x4.splat(1 / f32(rows * columns));
    for (let from = first; from < first + cell; from += 16, to += 16)
      v128.store(to, f32x4.mul(sumCells(from, rows, columns, pitch, cell), share));
  }
}

/** Four channels of so many cells of B. */
function sumCells(from: usize, rows: usize, columns: usize, pitch: usize, cell: usize): v128 {
  let sum = f32x4.splat(0);
  for (let y: usize = 0; y < rows; y++, from += pitch)
    for (let at = from; at < from + columns * cell; at += cell) sum = f32x4.add(sum, v128.load(at));
  return sum;
}

/** All scores of a row of A in one B. */
export function lookUp(row: usize, thread: usize): void {
  const s = sizes();
  const target = s.target;
  const cell = s.cell;
  const window = s.window;
  const pitch: usize = (window + 4) * 4;
  const dots = s.work + thread * s.workSize;
  const gathered = dots + window * pitch;
  const share = f32(1 / f64(target.reach));
  const shift = f32(0.5 / f64(target.reach) - 0.5);
  const origin = target.at + (window - s.radius) * (target.stride + 1) * cell;
  let own = s.a + row * s.columns * cell;
  let flow = s.flow + row * 4 * s.columns;
  for (let begin: usize = 0; begin < s.columns; begin += BLOCK) {
    const end = min(begin + BLOCK, s.columns);
    let scores = gathered;
    for (let x = begin; x < end; x++, own += cell, flow += 4, scores += s.scores) {
      const v = load<f32>(flow + 4 * s.height * s.columns);
      const left = clamp((load<f32>(flow) + f32(x)) * share + shift, target.width);
      const top = clamp((v + f32(row)) * share + shift, target.height);
      const corner = origin + (i32(floor(top)) * target.stride + i32(floor(left))) * cell;
      multiplyWindow(own, corner, dots, window, pitch, cell, target.stride * cell);
      blendWindow(dots, scores, window - 1, pitch, left - floor(left), top - floor(top));
    }
    writeBlock(gathered, target.out + row * 4 * s.columns, begin, end);
  }
}

/** Places so far outside that the whole window is, and those that are not numbers, are moved to where it just is. */
function clamp(place: f32, size: usize): f32 {
  const most = f32(size + sizes().radius);
  const least = -f32(sizes().radius + 2);
  const below = place < most ? place : most;
  return below > least ? below : least;
}

/** From whole cells to samples; what the last vector of a row writes too much, the next row writes over. */
function blendWindow(dots: usize, scores: usize, samples: usize, pitch: usize, left: f32, top: f32): void {
  const fx = f32x4.splat(left);
  const fy = f32x4.splat(top);
  const end = dots + samples * pitch;
  do {
    let at: usize = 0;
    do {
      blendFour(dots + at, scores + at, pitch, fx, fy);
      at += 16;
    } while (at < 4 * samples);
    dots += pitch;
    scores += 4 * samples;
  } while (dots < end);
}

function blendFour(dots: usize, scores: usize, pitch: usize, fx: v128, fy: v128): void {
  const upper = between(v128.load(dots), v128.load(dots, 4), fx);
  const lower = between(v128.load(dots + pitch), v128.load(dots + pitch, 4), fx);
  v128.store(scores, between(upper, lower, fy));
}

/** Writes the scores of the cells from `begin` to `end`, four of them and four displacements at a time. */
function writeBlock(gathered: usize, out: usize, begin: usize, end: usize): void {
  const s = sizes();
  const plane: usize = 4 * s.height * s.columns;
  const step = s.scores;
  const last = (s.window - 1) * (s.window - 1) - 1;
  for (let k: usize = 0; k <= last; k += 4) {
    let from = gathered + 4 * k;
    const row = out + k * plane;
    for (let to = row + 4 * begin; to < row + 4 * end; to += 16, from += 4 * step) {
      const a = v128.load(from);
      const b = v128.load(from + step);
      const c = v128.load(from + 2 * step);
      const d = v128.load(from + 3 * step);
      // The count of displacements is an odd square: one is left.
      if (k < last) storeTransposed(a, b, c, d, to, plane);
      else v128.store(to, firstLanes(a, b, c, d));
    }
  }
}

function firstLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const left = v128.shuffle<f32>(a, b, 0, 4, 0, 4);
  return v128.shuffle<f32>(left, v128.shuffle<f32>(c, d, 0, 4, 0, 4), 0, 1, 4, 5);
}
