/**
 * Convex upsampling. Of a row of coarse cells first all upper left fine cells are made, then their neighbours and so on, so
 * that memory is read in nine straight lines. All planes of a fine cell are made from the same weights.
 */

import { exp2 } from '../shared/exponential';

/** What the host writes at address 64: sizes in cells, distances and addresses in bytes. */
@unmanaged
class Sizes {
  height: usize;
  width: usize;
  factor: usize;
  /** Columns of the coarse grid, up to the next multiple of four. */
  columns: usize;
  /** Of flow, two, and of what else is upsampled. */
  planes: usize;
  /** Whether those beyond the flow become 1 / (1 + exp(-x)). */
  logistic: i32;
  /** What the flow is multiplied by. */
  scale: f32;
  /** From row to row of the coarse planes, which have their edge repeated on all sides, and from plane to plane. */
  pitch: usize;
  coarsePlane: usize;
  finePlane: usize;
  /** Of the logits of one row of cells: from plane to plane, from neighbour to neighbour, and of all. */
  plane: usize;
  neighbour: usize;
  rowBytes: usize;
  mask: usize;
  coarse: usize;
  fine: usize;
  /** A row of logits for each thread. */
  row: usize;
}

function sizes(): Sizes {
  return changetype<Sizes>(64);
}

const LOG2E: f32 = 1.4426950408889634;

/** The fine cells of row `y` of the coarse grid. */
export function upsample(y: usize, thread: usize): void {
  const s = sizes();
  const factor = s.factor;
  const logits = s.row + thread * s.rowBytes;
  const coarse = s.coarse + y * s.pitch;
  gatherLogits(y, logits);
  for (let fy: usize = 0; fy < factor; fy++)
    for (let fx: usize = 0; fx < factor; fx++) {
      const fine = s.fine + 4 * ((y * factor + fy) * s.columns * factor + fx);
      const plane = logits + (fy * factor + fx) * s.plane;
      if (s.planes === 2) upsampleRow<Flow>(coarse, plane, fine);
      else upsampleRow<FlowAndMore>(coarse, plane, fine);
    }
}

/**
 * Brings the logits of a row of cells together. In the mask the planes are so far apart that, where their size is a
 * multiple of a power of two, nine of them compete for the same few sets of the cache.
 */
function gatherLogits(y: usize, to: usize): void {
  const s = sizes();
  const rowSize = 4 * s.width;
  let source = s.mask + y * rowSize;
  for (let neighbour: usize = 0; neighbour < 9; neighbour++, to += s.neighbour)
    for (let at = to; at < to + s.factor * s.factor * s.plane; at += s.plane, source += s.height * rowSize)
      memory.copy(at, source, rowSize);
}

/** Which planes there are: the two of flow, or more. */
class Flow {}
class FlowAndMore {}

/** Of the logits of nine neighbours. */
function greatestLogit(at: usize, neighbour: usize): v128 {
  const end: usize = at + 8 * neighbour;
  let greatest = v128.load(at);
  do {
    at += neighbour;
    greatest = f32x4.pmax(v128.load(at), greatest);
  } while (at < end);
  return greatest;
}

/**
 * One fine cell of each coarse cell of a row, four at a time; `coarse` is the upper left neighbour of the first. The
 * neighbours are a loop, for V8 (11.3) brings all loads of a block to its front, and those of nine do not fit in the
 * registers.
 */
function upsampleRow<Planes>(coarse: usize, logits: usize, fine: usize): void {
  const s = sizes();
  const more = idof<Planes>() === idof<FlowAndMore>();
  const plane = s.coarsePlane;
  const finePlane = s.finePlane;
  const neighbour = s.neighbour;
  const nextRow = s.pitch - 12;
  const cell = 4 * s.factor;
  const scale = f32x4.splat(s.scale);
  const end = coarse + 4 * s.columns;
  do {
    const greatest = greatestLogit(logits, neighbour);
    const lastLogit: usize = logits + 9 * neighbour;
    let total = f32x4.splat(0);
    let u = f32x4.splat(0);
    let v = f32x4.splat(0);
    let w = f32x4.splat(0);
    let logit = logits;
    let value = coarse;
    do {
      const rowEnd: usize = value + 12;
      do {
        const weight = exp2(f32x4.mul(f32x4.sub(v128.load(logit), greatest), f32x4.splat(LOG2E)));
        total = f32x4.add(total, weight);
        u = f32x4.add(u, f32x4.mul(weight, v128.load(value)));
        v = f32x4.add(v, f32x4.mul(weight, v128.load(value + plane)));
        if (more) w = f32x4.add(w, f32x4.mul(weight, v128.load(value + 2 * plane)));
        logit += neighbour;
        value += 4;
      } while (value < rowEnd);
      value += nextRow;
    } while (logit < lastLogit);
    const share = f32x4.div(f32x4.splat(1), total);
    storeApart(fine, cell, f32x4.mul(f32x4.mul(u, share), scale));
    storeApart(fine + finePlane, cell, f32x4.mul(f32x4.mul(v, share), scale));
    if (more) {
      storeApart(fine + 2 * finePlane, cell, finish(f32x4.mul(w, share)));
      for (let p: usize = 3; p < s.planes; p++) {
        const sum = weightedSum(coarse + p * plane, logits, greatest);
        storeApart(fine + p * finePlane, cell, finish(f32x4.mul(sum, share)));
      }
    }
    logits += 16;
    fine += 4 * cell;
    coarse += 16;
  } while (coarse < end);
}

/** The sum of one plane alone: those beyond the third are rare, and compute their weights again. */
function weightedSum(value: usize, logit: usize, greatest: v128): v128 {
  const s = sizes();
  let sum = f32x4.splat(0);
  for (let dy = 0; dy < 3; dy++) {
    for (let dx = 0; dx < 3; dx++) {
      const weight = exp2(f32x4.mul(f32x4.sub(v128.load(logit), greatest), f32x4.splat(LOG2E)));
      sum = f32x4.add(sum, f32x4.mul(weight, v128.load(value)));
      logit += s.neighbour;
      value += 4;
    }
    value += s.pitch - 12;
  }
  return sum;
}

function finish(value: v128): v128 {
  if (!sizes().logistic) return value;
  // Below -87 it stays at that of -87, which is next to nothing.
  const power = f32x4.pmin(f32x4.splat(126), f32x4.mul(value, f32x4.splat(-LOG2E)));
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp2(power)));
}

/** The results of four coarse cells are `cell` bytes apart. */
function storeApart(fine: usize, cell: usize, values: v128): void {
  v128.store32_lane(fine, values, 0);
  v128.store32_lane(fine + cell, values, 1);
  v128.store32_lane(fine + 2 * cell, values, 2);
  v128.store32_lane(fine + 3 * cell, values, 3);
}
