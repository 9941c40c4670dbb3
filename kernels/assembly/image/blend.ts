/**
 * Multiband blending, row by row; a pixel is a vector of red, green, blue and its share. A row ends where `out` comes to
 * `end`. All addresses in bytes.
 */

import { bytesToFloats } from '../shared/colours';

/** Weights below this count as none. */
const LEAST_WEIGHT: f32 = 1e-6;

function times(factor: f32, at: usize): v128 {
  return f32x4.mul(f32x4.splat(factor), v128.load(at));
}

/** Weights 1, 2, 1 of 4. */
function three(a: v128, b: v128, c: v128): v128 {
  const quarter = f32x4.splat(0.25);
  const sum = f32x4.add(f32x4.mul(quarter, a), f32x4.mul(f32x4.splat(0.5), b));
  return f32x4.add(sum, f32x4.mul(quarter, c));
}

/** Weights 1, 4, 6, 4, 1 of 16. */
function five(a: usize, b: usize, c: usize, d: usize, e: usize): v128 {
  let sum = f32x4.add(times(1 / 16, a), times(4 / 16, b));
  sum = f32x4.add(sum, times(6 / 16, c));
  sum = f32x4.add(sum, times(4 / 16, d));
  return f32x4.add(sum, times(1 / 16, e));
}

/** Weights 1, 6, 1 of 8: a pixel of the doubled row that lies on one of the old. */
function even(a: usize, b: usize, c: usize): v128 {
  return f32x4.add(f32x4.add(times(1 / 8, a), times(6 / 8, b)), times(1 / 8, c));
}

/** Weights 1, 1 of 2: one that lies between two. */
function odd(a: usize, b: usize): v128 {
  return f32x4.add(times(1 / 2, a), times(1 / 2, b));
}

/** All lanes that of the share. */
function share(pixel: v128): v128 {
  return v128.shuffle<f32>(pixel, pixel, 3, 3, 3, 3);
}

/** The lanes of `colours` but for the share, which is that of `pixel`. */
function withShare(colours: v128, pixel: v128): v128 {
  return v128.shuffle<f32>(colours, pixel, 0, 1, 2, 7);
}

/** Smooths a row of bytes at `input`, whose first pixel comes twice. */
export function across(out: usize, end: usize, input: usize): void {
  do {
    v128.store(out, three(bytesToFloats(input), bytesToFloats(input + 3), bytesToFloats(input + 6)));
    input += 3;
    out += 16;
  } while (out < end);
}

/** Smooths three rows; the shares come from `shares`. */
export function down(out: usize, end: usize, up: usize, middle: usize, under: usize, shares: usize): void {
  do {
    v128.store(out, three(v128.load(up), v128.load(middle), v128.load(under)));
    store<f32>(out, load<f32>(shares), 12);
    up += 16;
    middle += 16;
    under += 16;
    shares += 4;
    out += 16;
  } while (out < end);
}

export function sumFive(out: usize, end: usize, a: usize, b: usize, c: usize, d: usize, e: usize): void {
  do {
    v128.store(out, five(a, b, c, d, e));
    a += 16;
    b += 16;
    c += 16;
    d += 16;
    e += 16;
    out += 16;
  } while (out < end);
}

/** Every second pixel of a row, smoothed; `row` is two pixels before the first. */
export function halve(out: usize, end: usize, row: usize): void {
  do {
    v128.store(out, five(row, row + 16, row + 32, row + 48, row + 64));
    row += 32;
    out += 16;
  } while (out < end);
}

export function sumEven(out: usize, end: usize, up: usize, middle: usize, under: usize): void {
  do {
    v128.store(out, even(up, middle, under));
    up += 16;
    middle += 16;
    under += 16;
    out += 16;
  } while (out < end);
}

export function sumOdd(out: usize, end: usize, middle: usize, under: usize): void {
  do {
    v128.store(out, odd(middle, under));
    middle += 16;
    under += 16;
    out += 16;
  } while (out < end);
}

/** Two pixels for each of a row; `row` is one pixel before the first. */
export function double(out: usize, end: usize, row: usize): void {
  do {
    v128.store(out, even(row, row + 16, row + 32));
    v128.store(out, odd(row + 16, row + 32), 16);
    row += 16;
    out += 32;
  } while (out < end);
}

/** Adds colours times their share to a band, and the share to its fourth value. */
function addShare(out: usize, weight: v128, colours: v128): void {
  const value = withShare(colours, f32x4.splat(1));
  v128.store(out, f32x4.add(v128.load(out), f32x4.mul(weight, value)));
}

/** Adds colours, less those predicted, times their share. */
export function addBand(out: usize, end: usize, colours: usize, predicted: usize): void {
  do {
    const pixel = v128.load(colours);
    addShare(out, share(pixel), f32x4.sub(pixel, v128.load(predicted)));
    colours += 16;
    predicted += 16;
    out += 16;
  } while (out < end);
}

export function addLast(out: usize, end: usize, colours: usize): void {
  do {
    const pixel = v128.load(colours);
    addShare(out, share(pixel), pixel);
    colours += 16;
    out += 16;
  } while (out < end);
}

/** The mean of what was added to a band, where that has any weight. */
function mean(band: v128): v128 {
  const weight = share(band);
  const least = f32x4.splat(LEAST_WEIGHT);
  return v128.and(f32x4.div(band, f32x4.pmax(least, weight)), f32x4.le(least, weight));
}

/** Divides a band's colours by its weights, which stay as they are, and adds what lies below. */
export function normalize(out: usize, end: usize, raised: usize): void {
  do {
    const band = v128.load(out);
    v128.store(out, withShare(f32x4.add(mean(band), v128.load(raised)), band));
    raised += 16;
    out += 16;
  } while (out < end);
}

export function normalizeLast(out: usize, end: usize): void {
  do {
    const band = v128.load(out);
    v128.store(out, withShare(f32x4.add(mean(band), f32x4.splat(0)), band));
    out += 16;
  } while (out < end);
}

/** Colours become what `blended` differs by where that has any weight. */
export function change(out: usize, end: usize, blended: usize): void {
  do {
    const pixel = v128.load(blended);
    const difference = f32x4.sub(pixel, v128.load(out));
    v128.store(out, v128.and(difference, f32x4.le(f32x4.splat(LEAST_WEIGHT), share(pixel))));
    blended += 16;
    out += 16;
  } while (out < end);
}
