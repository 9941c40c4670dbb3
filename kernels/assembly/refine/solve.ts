/** The solver: robust weights, the equations they make, and the relaxation of these. */

import { sleep } from '../shared/threads';
import { addSquare, clampRow, MARGIN, parameters, recordOf, sizes } from './layout';

/** Ties the flow to its start so weakly that it counts only where nothing else does. */
const TIE: f32 = 1e-3;

/** Looks at how far another stage is before a thread sleeps. */
const SPINS = 4096;

/** What a stage does: the fronts it has done, its first operation and the one after its last. */
@unmanaged
class Stage {
  done: i32;
  begin: i32;
  end: i32;
}

/** The host writes stages at address 256, one in each cache line. */
function stageAt(stage: i32): usize {
  return 256 + 64 * stage;
}

function sum(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.add(a, b), c), d);
}

/** `weight / sqrt(square + epsilon²)`, the weight being half of what it is called already. */
function robust(weight: v128, square: v128, epsilonSquare: v128): v128 {
  return f32x4.div(weight, f32x4.sqrt(f32x4.add(square, epsilonSquare)));
}

/** Half of `alpha / (1 + edges * |grad A| / span)²` of a row, in halves; all rows of A must be there. */
export function weighRow(row: i32): void {
  const s = sizes();
  let above = s.a + clampRow(row - 1) * s.aStride;
  let middle = s.a + clampRow(row) * s.aStride;
  let below = s.a + clampRow(row + 1) * s.aStride;
  let out = s.smoothness + (row as usize) * 2 * s.half;
  for (const end = out + s.groups * 16; out < end; out += 16, above += 32, middle += 32, below += 32) {
    const first = weigh(above, middle, below);
    const second = weigh(above + 16, middle + 16, below + 16);
    v128.store(out, v128.shuffle<f32>(first, second, 0, 2, 4, 6));
    v128.store(out + s.half, v128.shuffle<f32>(first, second, 1, 3, 5, 7));
  }
}

function weigh(above: usize, middle: usize, below: usize): v128 {
  const s = sizes();
  let square = f32x4.splat(0);
  for (let c: usize = 0; c < s.channels; c++) {
    const at = c * s.rawStride;
    square = addSquare(square, v128.load(middle + at, 4), v128.load(middle + at - 4));
    square = addSquare(square, v128.load(below + at), v128.load(above + at));
  }
  const edge = f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(parameters().edges), f32x4.sqrt(square)));
  return f32x4.div(f32x4.splat(parameters().alpha), f32x4.mul(edge, edge));
}

/**
 * A share of the operations on every front. Operation 0 of an iteration makes the weights and equations of a row, each
 * further one is half a sweep of the row behind that of the one before.
 */
export function solveStage(stage: i32): void {
  const at = stageAt(stage);
  const own = changetype<Stage>(at);
  const steps = sizes().steps;
  for (let front = 0; front < sizes().fronts; front++) {
    if (stage) waitFor(stageAt(stage - 1), front);
    for (let operation = own.begin; operation < own.end; operation++) {
      const step = operation % (steps + 1);
      const row = front - (operation / (steps + 1)) * steps;
      if (step) relaxRow(row + 1 - step, step);
      else prepareRow(row);
    }
    atomic.store<i32>(at, front + 1);
  }
}

/** Until another stage has done its part of a front: seldom more than a moment, unless its thread was put to sleep. */
function waitFor(stage: usize, front: i32): void {
  let spins = 0;
  let done = atomic.load<i32>(stage);
  while (done <= front) {
    if (++spins % SPINS === 0) sleep(stage, done);
    done = atomic.load<i32>(stage);
  }
}

function isRow(row: i32): bool {
  return row >= 0 && row < sizes().height;
}

function equationsOf(row: i32, odd: usize): usize {
  const s = sizes();
  return s.records + (row + 1) * s.recordStride + 8 * s.half + odd * s.equationsHalf;
}

/** The weights and equations of a row, from the flow as it is. */
function prepareRow(row: i32): void {
  if (!isRow(row)) return;
  const s = sizes();
  const half = s.half;
  const record = recordOf(row);
  const last = 4 * ((s.width - 1) >> 1) + ((s.width - 1) & 1) * half;
  const beyond = 4 * (s.width >> 1) + (s.width & 1) * half;
  const isLast = row === s.height - 1;
  // The flow has no gradient across the edge ...
  store<f32>(record + beyond, load<f32>(record + last));
  store<f32>(record + beyond + 2 * half, load<f32>(record + last + 2 * half));
  diffuse(record, isLast ? record : record + s.recordStride, s.smoothness + (row as usize) * 2 * half);
  // ... and no weight.
  store<f32>(record + last + 4 * half, 0);
  if (isLast) memory.fill(record + 6 * half, 0, 2 * half - MARGIN);
  const tensors = s.tensors + (row as usize) * 2 * s.tensorHalf;
  equations(record, equationsOf(row, 0), tensors, s.half - 4);
  equations(record + half, equationsOf(row, 1), tensors + s.tensorHalf, -s.half);
}

/**
 * The weights of smoothness of a row, from the differences to the right and down; each counts for both. `row` and
 * `below` are the places of u in the records.
 */
function diffuse(row: usize, below: usize, smoothness: usize): void {
  const half = sizes().half;
  const epsilonSquare = f32x4.splat(parameters().epsilonSquare);
  const end = row + sizes().groups * 16;
  do {
    diffuseHalf(row, row + half, below, smoothness, 2 * half, epsilonSquare);
    diffuseHalf(row + half, row + 4, below + half, smoothness + half, 2 * half, epsilonSquare);
    row += 16;
    below += 16;
    smoothness += 16;
  } while (row < end);
}

function diffuseHalf(
  own: usize,
  right: usize,
  below: usize,
  smoothness: usize,
  field: usize,
  epsilonSquare: v128,
): void {
  const u = v128.load(own);
  const v = v128.load(own + field);
  let square = addSquare(f32x4.splat(0), v128.load(right), u);
  square = addSquare(square, v128.load(below), u);
  square = addSquare(square, v128.load(right + field), v);
  square = addSquare(square, v128.load(below + field), v);
  const weight = robust(v128.load(smoothness), square, epsilonSquare);
  v128.store(own + 2 * field, weight);
  v128.store(own + 3 * field, weight);
}

/**
 * The two equations of each pixel of one half as the relaxation wants them, `A12, omega / (A11 + S), omega / (A22 + S),
 * B1, B2`, with S the sum of the weights to the four neighbours. The left neighbours of the cells at `own` lie at
 * `own + toLeft`.
 */
function equations(own: usize, out: usize, tensors: usize, toLeft: usize): void {
  const s = sizes();
  const field = 2 * s.half;
  const stride = s.recordStride;
  const omega = f32x4.splat(parameters().omega);
  const delta = f32x4.splat(parameters().delta);
  const gamma = f32x4.splat(parameters().gamma);
  const epsilonSquare = f32x4.splat(parameters().epsilonSquare);
  const tie = f32x4.splat(TIE);
  const zero = f32x4.splat(0);
  const end = own + s.groups * 16;
  do {
    const startU = v128.load(tensors, 192);
    const startV = v128.load(tensors, 208);
    const du = f32x4.sub(v128.load(own), startU);
    const dv = f32x4.sub(v128.load(own + field), startV);
    const brightness = robust(delta, f32x4.pmax(zero, form(tensors, du, dv)), epsilonSquare);
    const gradient = robust(gamma, f32x4.pmax(zero, form(tensors + 96, du, dv)), epsilonSquare);
    const a11 = f32x4.add(both(tensors, brightness, gradient), tie);
    const a12 = both(tensors + 16, brightness, gradient);
    const a22 = f32x4.add(both(tensors + 32, brightness, gradient), tie);
    const b1 = both(tensors + 48, brightness, gradient);
    const b2 = both(tensors + 64, brightness, gradient);
    const right = own + 2 * field;
    const down = own + 3 * field;
    const weight = sum(
      v128.load(right),
      v128.load(right + toLeft),
      v128.load(down),
      v128.load(down - stride),
    );
    v128.store(out, a12);
    v128.store(out, f32x4.div(omega, f32x4.add(a11, weight)), 16);
    v128.store(out, f32x4.div(omega, f32x4.add(a22, weight)), 32);
    // The solver works on the whole flow, the tensors on its change: `B = A * start - J`.
    v128.store(out, f32x4.sub(f32x4.add(f32x4.mul(a11, startU), f32x4.mul(a12, startV)), b1), 48);
    v128.store(out, f32x4.sub(f32x4.add(f32x4.mul(a12, startU), f32x4.mul(a22, startV)), b2), 64);
    own += 16;
    out += 80;
    tensors += 224;
  } while (own < end);
}

/** A coefficient of both forms, weighted. */
function both(at: usize, brightness: v128, gradient: v128): v128 {
  return f32x4.add(f32x4.mul(brightness, v128.load(at)), f32x4.mul(gradient, v128.load(at, 96)));
}

/** The value of a quadratic form, which rounding may bring below 0. */
function form(at: usize, u: v128, v: v128): v128 {
  const j1 = v128.load(at, 16);
  const j3 = v128.load(at, 48);
  const j4 = v128.load(at, 64);
  const byU = f32x4.add(
    f32x4.add(f32x4.mul(v128.load(at), u), f32x4.mul(f32x4.add(j1, j1), v)),
    f32x4.add(j3, j3),
  );
  const byV = f32x4.add(f32x4.mul(v128.load(at, 32), v), f32x4.add(j4, j4));
  return f32x4.add(f32x4.add(f32x4.mul(u, byU), f32x4.mul(v, byV)), v128.load(at, 80));
}

/** The cells of one colour: the even or the odd columns, in turns from row to row. */
function relaxRow(row: i32, step: i32): void {
  if (!isRow(row)) return;
  const half = sizes().half;
  if ((row + step) & 1) relax(recordOf(row), equationsOf(row, 0), half - 4);
  else relax(recordOf(row) + half, equationsOf(row, 1), -half);
}

/** One row of one colour, moved towards what its neighbours ask for. */
function relax(own: usize, system: usize, toLeft: usize): void {
  const s = sizes();
  const field = 2 * s.half;
  const stride = s.recordStride;
  const keep = f32x4.splat(parameters().keep);
  const end = own + s.groups * 16;
  do {
    const ownV = own + field;
    const left = own + toLeft;
    const leftV = left + field;
    const up = own - stride;
    const down = own + stride;
    const toRight = v128.load(ownV + field);
    const fromLeft = v128.load(leftV + field);
    const toBelow = v128.load(ownV + 2 * field);
    const fromAbove = v128.load(up + 3 * field);
    let u = v128.load(own);
    let v = v128.load(ownV);
    const pullU = sum(
      f32x4.mul(toRight, v128.load(left, 4)),
      f32x4.mul(fromLeft, v128.load(left)),
      f32x4.mul(toBelow, v128.load(down)),
      f32x4.mul(fromAbove, v128.load(up)),
    );
    u = update(keep, u, v, pullU, system, v128.load(system, 16), v128.load(system, 48));
    v128.store(own, u);
    const pullV = sum(
      f32x4.mul(toRight, v128.load(leftV, 4)),
      f32x4.mul(fromLeft, v128.load(leftV)),
      f32x4.mul(toBelow, v128.load(down + field)),
      f32x4.mul(fromAbove, v128.load(up + field)),
    );
    v = update(keep, v, u, pullV, system, v128.load(system, 32), v128.load(system, 64));
    v128.store(ownV, v);
    own += 16;
    system += 80;
  } while (own < end);
}

/** `(1 - omega) * own + omega / (A + S) * (B + neighbours - A12 * other)`. */
function update(keep: v128, own: v128, other: v128, pull: v128, system: usize, share: v128, b: v128): v128 {
  const rest = f32x4.sub(f32x4.add(b, pull), f32x4.mul(v128.load(system), other));
  return f32x4.add(f32x4.mul(keep, own), f32x4.mul(share, rest));
}
