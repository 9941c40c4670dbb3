/** Resampling row by row: of planes, of pairs (u and v side by side), and of bytes to planes of floats. */

import { bytesToFloats } from '../shared/colours';

/** What the host writes at the start of the memory, each number into all four lanes. */
const SHARE: usize = 0;
const FACTORS: usize = 16;
const SCALE: usize = 32;
const BLACK: usize = 48;

/** `factors * (upper + share * (lower - upper))` for four values at a time. */
export function blend(upper: usize, lower: usize, out: usize, end: usize): void {
  const share = v128.load(SHARE);
  const factors = v128.load(FACTORS);
  do {
    v128.store(out, f32x4.mul(factors, between(v128.load(upper), v128.load(lower), share)));
    upper += 16;
    lower += 16;
    out += 16;
  } while (out < end);
}

function between(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(share, f32x4.sub(b, a)));
}

/** Two values of each of two addresses. */
function loadPairs(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1);
}

/**
 * Values between neighbours of a row. At `cells` lie addresses of the left neighbour of each, at `shares` those of the right
 * one.
 */
export function stretchPlane(cells: usize, shares: usize, out: usize, end: usize): void {
  do {
    const first = loadPairs(load<usize>(cells), load<usize>(cells, 4));
    const second = loadPairs(load<usize>(cells, 8), load<usize>(cells, 12));
    const left = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const right = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    v128.store(out, between(left, right, v128.load(shares)));
    cells += 16;
    shares += 16;
    out += 16;
  } while (out < end);
}

/** Two pairs between neighbours: `cells` has an address for each, `shares` two values. */
function pairsBetween(cells: usize, shares: usize): v128 {
  const first = v128.load(load<usize>(cells));
  const second = v128.load(load<usize>(cells, 4));
  const left = v128.shuffle<f32>(first, second, 0, 1, 4, 5);
  const right = v128.shuffle<f32>(first, second, 2, 3, 6, 7);
  return between(left, right, v128.load(shares));
}

/** As `stretchPlane` for pairs, two at a time. */
export function stretchPairs(cells: usize, shares: usize, out: usize, end: usize): void {
  do {
    v128.store(out, pairsBetween(cells, shares));
    cells += 8;
    shares += 16;
    out += 16;
  } while (out < end);
}

/** As `stretchPairs`, added to what is there. */
export function addPairs(cells: usize, shares: usize, out: usize, end: usize): void {
  do {
    v128.store(out, f32x4.add(v128.load(out), pairsBetween(cells, shares)));
    cells += 8;
    shares += 16;
    out += 16;
  } while (out < end);
}

/** The means of squares of 2 x 2 values. */
export function halvePlane(upper: usize, lower: usize, out: usize, end: usize): void {
  do {
    const first = f32x4.add(v128.load(upper), v128.load(lower));
    const second = f32x4.add(v128.load(upper, 16), v128.load(lower, 16));
    const even = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const odd = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    v128.store(out, f32x4.mul(f32x4.add(even, odd), f32x4.splat(0.25)));
    upper += 32;
    lower += 32;
    out += 16;
  } while (out < end);
}

/** Of eight pixels of three bytes: those of red, then those of green. */
function redAndGreen(at: usize): v128 {
  const first = v128.load(at);
  const last = v128.load(at, 8);
  return v128.shuffle<i8>(first, last, 0, 3, 6, 9, 12, 15, 26, 29, 1, 4, 7, 10, 13, 24, 27, 30);
}

/** Of eight pixels of three bytes: those of blue, twice. */
function blueTwice(at: usize): v128 {
  const first = v128.load(at);
  const last = v128.load(at, 8);
  return v128.shuffle<i8>(first, last, 2, 5, 8, 11, 14, 25, 28, 31, 2, 5, 8, 11, 14, 25, 28, 31);
}

/** Stores `black + scale * value` of four integers. */
function storeInRange(to: usize, values: v128): void {
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(values), v128.load(SCALE));
  v128.store(to, f32x4.add(scaled, v128.load(BLACK)));
}

/** Stores eight integers of 16 bits in range. */
function storeEight(to: usize, values: v128): void {
  storeInRange(to, i32x4.extend_low_i16x8_u(values));
  storeInRange(to + 16, i32x4.extend_high_i16x8_u(values));
}

/** Brings a row of bytes to planes, `plane` bytes apart, eight pixels at a time. */
export function convertRow(row: usize, out: usize, end: usize, plane: usize): void {
  do {
    const mixed = redAndGreen(row);
    storeEight(out, i16x8.extend_low_i8x16_u(mixed));
    storeEight(out + plane, i16x8.extend_high_i8x16_u(mixed));
    storeEight(out + 2 * plane, i16x8.extend_low_i8x16_u(blueTwice(row)));
    row += 24;
    out += 32;
  } while (out < end);
}

/** Sums of two neighbours in each of two rows of bytes. */
function sumSquares(upper: v128, lower: v128): v128 {
  return i16x8.add(i16x8.extadd_pairwise_i8x16_u(upper), i16x8.extadd_pairwise_i8x16_u(lower));
}

/** The means of squares of 2 x 2 pixels; the scale has the quarter in it. */
export function halveRow(upper: usize, lower: usize, out: usize, end: usize, plane: usize): void {
  do {
    const mixed = sumSquares(redAndGreen(upper), redAndGreen(lower));
    storeInRange(out, i32x4.extend_low_i16x8_u(mixed));
    storeInRange(out + plane, i32x4.extend_high_i16x8_u(mixed));
    const blue = sumSquares(blueTwice(upper), blueTwice(lower));
    storeInRange(out + 2 * plane, i32x4.extend_low_i16x8_u(blue));
    upper += 24;
    lower += 24;
    out += 16;
  } while (out < end);
}

function addFour(sums: usize, row: usize, share: v128): void {
  v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(share, bytesToFloats(row))));
}

/** Adds sixteen bytes at a time, by the share, to sums. */
export function addRow(row: usize, sums: usize, end: usize): void {
  const share = v128.load32_splat(SHARE);
  do {
    addFour(sums, row, share);
    addFour(sums + 16, row + 4, share);
    addFour(sums + 32, row + 8, share);
    addFour(sums + 48, row + 12, share);
    row += 16;
    sums += 64;
  } while (sums < end);
}

/**
 * Pixels as weighted sums of neighbouring ones. `starts` has the address of the first of each; all have equally many,
 * `taps` bytes of weights.
 */
export function gatherRow(
  starts: usize,
  weights: usize,
  taps: usize,
  out: usize,
  end: usize,
  plane: usize,
): void {
  const black = v128.load(BLACK);
  do {
    let from = load<usize>(starts);
    const last = weights + taps;
    let sum = black;
    do {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights), v128.load(from)));
      from += 12;
      weights += 4;
    } while (weights < last);
    v128.store32_lane(out, sum, 0);
    v128.store32_lane(out + plane, sum, 1);
    v128.store32_lane(out + 2 * plane, sum, 2);
    starts += 4;
    out += 4;
  } while (out < end);
}
