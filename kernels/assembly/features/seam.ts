/** The weighing of seams, four pixels at a time. */

import { blue, bytesToFloats, green, red } from '../shared/colours';

/** As in kernels/seam/types.ts. */
const FARTHEST: f32 = 20;
const FLAT: f32 = 12;
const NEVER: i32 = 1 << 28;
const PULL: f32 = 12;
const UNIT: f32 = 64;

/** All bits of the lanes whose pixel a layer shows. */
function shown(mask: usize): v128 {
  return i32x4.gt_s(i32x4.trunc_sat_f32x4_s(bytesToFloats(mask)), i32x4.splat(0));
}

function addDifference(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.abs(f32x4.sub(a, b)));
}

function greenAt(pixels: usize): v128 {
  return green(v128.load(pixels));
}

/** The colour at `pixels` where the mask says so, and elsewhere `own`. */
function greenShown(pixels: usize, mask: usize, own: v128): v128 {
  return v128.bitselect(greenAt(pixels), own, shown(mask));
}

/** How far the colours of both layers differ. */
function colourDifference(fresh: v128, old: v128): v128 {
  let sum = addDifference(f32x4.splat(0), red(fresh), red(old));
  sum = addDifference(sum, green(fresh), green(old));
  return addDifference(sum, blue(fresh), blue(old));
}

/** Pulls a pixel to the layer in whose depth it lies further. */
function pull(depthFresh: usize, depthOld: usize): v128 {
  const deeper = f32x4.sub(v128.load(depthOld), v128.load(depthFresh));
  const held = f32x4.pmax(f32x4.splat(-FARTHEST), f32x4.pmin(f32x4.splat(FARTHEST), deeper));
  const scaled = f32x4.mul(held, f32x4.splat(PULL / FARTHEST));
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(scaled, f32x4.splat(0.5))));
}

/**
 * Weighs a row of pixels, from terminals at `out` to `end`; costs go to `costs`. Of the new layer and the old one `fresh`
 * and `old` are the colours of the first pixel, in rows of `pitch` bytes, `showsFresh` and `showsOld` whether they show it,
 * in rows of `maskPitch`, and `depthFresh` and `depthOld` its depths.
 */
export function weigh(
  out: usize,
  end: usize,
  costs: usize,
  fresh: usize,
  old: usize,
  pitch: usize,
  showsFresh: usize,
  showsOld: usize,
  maskPitch: usize,
  depthFresh: usize,
  depthOld: usize,
): void {
  do {
    const inFresh = shown(showsFresh);
    const inOld = shown(showsOld);
    const both = v128.and(inFresh, inOld);
    const colours = v128.load(old);
    const differs = colourDifference(v128.load(fresh), colours);
    let change = f32x4.splat(FLAT);
    change = addDifference(change, greenAt(fresh + 3), greenAt(fresh - 3));
    change = addDifference(change, greenAt(fresh + pitch), greenAt(fresh - pitch));
    const own = green(colours);
    change = addDifference(
      change,
      greenShown(old + 3, showsOld + 1, own),
      greenShown(old - 3, showsOld - 1, own),
    );
    change = addDifference(
      change,
      greenShown(old + pitch, showsOld + maskPitch, own),
      greenShown(old - pitch, showsOld - maskPitch, own),
    );
    v128.store(costs, v128.bitselect(f32x4.div(differs, change), f32x4.splat(-1), both));
    const terminal = i32x4.add(pull(depthFresh, depthOld), borders(showsFresh, showsOld, maskPitch));
    // What only the new layer shows is its own.
    v128.store(out, v128.bitselect(terminal, v128.andnot(inFresh, inOld), both));
    fresh += 12;
    old += 12;
    showsFresh += 4;
    showsOld += 4;
    costs += 16;
    depthFresh += 16;
    depthOld += 16;
    out += 16;
  } while (out < end);
}

/** Pixels beside what one layer alone shows are that layer's; those beside both kinds are free. */
function borders(showsFresh: usize, showsOld: usize, maskPitch: usize): v128 {
  let toOld = i32x4.splat(0);
  let toFresh = i32x4.splat(0);
  for (let side = 0; side < 4; side++) {
    const step = side < 2 ? 2 * side - 1 : (2 * side - 5) * maskPitch;
    const inFresh = shown(showsFresh + step);
    const inOld = shown(showsOld + step);
    toOld = v128.or(toOld, v128.andnot(inOld, inFresh));
    toFresh = v128.or(toFresh, v128.andnot(inFresh, inOld));
  }
  const never = v128.and(i32x4.splat(NEVER), v128.andnot(toOld, toFresh));
  const always = v128.and(i32x4.splat(-NEVER), v128.andnot(toFresh, toOld));
  return i32x4.add(never, always);
}

/** Ties from `out` to `end` between costs from `costs` on and those `step` bytes further. */
export function tie(out: usize, end: usize, costs: usize, step: usize): void {
  const zero = f32x4.splat(0);
  do {
    const here = v128.load(costs);
    const there = v128.load(costs + step);
    const cost = f32x4.add(f32x4.mul(f32x4.add(here, there), f32x4.splat(UNIT)), f32x4.splat(1.5));
    const exists = v128.and(f32x4.le(zero, here), f32x4.le(zero, there));
    v128.store(out, i32x4.trunc_sat_f32x4_s(v128.and(f32x4.floor(cost), exists)));
    costs += 16;
    out += 16;
  } while (out < end);
}
