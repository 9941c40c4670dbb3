/** What brings images and flow to linear constraints: B carried back by the flow, and the motion tensors. */

import { between, storeTransposed } from '../shared/vectors';
import { addSquare, clampRow, MARGIN, parameters, recordOf, sizes } from './layout';

/** Rows that `linearize` does at a time; two rows more on either side are carried back for them again. */
const BAND = 32;

/** Rows of a ring: the mean of the images, their change and their trust. */
const RING_ROWS = 8;

/** How much less the images are trusted where the flow is rough (kernels/refine/reference.ts). */
const ROUGHNESS: f32 = 0.5;

/** Carries B back and makes the tensors of a band of rows, which need two rows more on either side. */
export function linearize(band: i32, thread: i32): void {
  const s = sizes();
  const ring = s.ring + ((thread * RING_ROWS) as usize) * s.ringStride;
  const carried = s.carried + (thread as usize) * s.groups * 128;
  const first = band * BAND;
  const end = min(first + BAND, s.height) + 2;
  for (let y = first - 2; y < end; y++) {
    if (y >= 0 && y < s.height) {
      const slot = slotOf(ring, y);
      carryHalf(y, 0, carried, slot);
      carryHalf(y, 1, carried + 16, slot);
      compare(s.a + (y as usize) * s.aStride, carried, slot);
      repeatEdges(slot);
    }
    if (y - 2 >= first) tensor(ring, y - 2);
  }
}

/** Where a ring has a row of the image, or the nearest there is. */
function slotOf(ring: usize, row: i32): usize {
  return ring + (clampRow(row) % RING_ROWS) * sizes().ringStride;
}

/** Two values on either side of every channel of a row in the ring. */
function repeatEdges(slot: usize): void {
  const s = sizes();
  for (let c: usize = 0; c < 2 * s.channels; c++) {
    const first = slot + c * s.rawStride + MARGIN;
    const last = first + 4 * (s.width - 1);
    store<f32>(first - 4, load<f32>(first));
    store<f32>(first - 8, load<f32>(first));
    store<f32>(last + 4, load<f32>(last));
    store<f32>(last + 8, load<f32>(last));
  }
}

/**
 * Carries every other pixel of row y of B back by the flow, bilinearly: from `out` on, two pixels apart. How much each is
 * trusted goes into the slot. The flow has its edge repeated on either side.
 */
function carryHalf(y: i32, odd: usize, out: usize, slot: usize): void {
  const s = sizes();
  const field = 2 * s.half;
  const shift = odd * s.half;
  const row = f32x4.splat(f32(y));
  const right = f32x4.splat(f32(s.width - 1));
  const bottom = f32x4.splat(f32(s.height - 1));
  const toLeft = odd ? -s.half : s.half - 4;
  const record = recordOf(y) + shift;
  const toAbove = recordOf(clampRow(y - 1)) + shift - record;
  const toBelow = recordOf(clampRow(y + 1)) + shift - record;
  const toConfidence = s.confidence + (y as usize) * field + shift - record;
  const toTrust = slot + 2 * s.channels * s.rawStride + shift - record;
  let column = f32x4.add(f32x4(0, 2, 4, 6), f32x4.splat(f32(odd)));
  const end = record + s.groups * 16;
  let at = record;
  do {
    const x = f32x4.add(column, v128.load(at));
    const y = f32x4.add(row, v128.load(at + field));
    const nearX = clamp(x, right);
    const nearY = clamp(y, bottom);
    const trust = f32x4.mul(inside(x, nearX, y, nearY), v128.load(at + toConfidence));
    const rough = roughness(at, at + toLeft, at + toAbove, at + toBelow, field);
    v128.store(at + toTrust, f32x4.div(trust, rough));
    sampleFour(nearX, nearY, out);
    column = f32x4.add(column, f32x4.splat(8));
    at += 16;
    out += 128;
  } while (at < end);
}

/** The nearest place where B has samples. */
function clamp(place: v128, most: v128): v128 {
  return f32x4.pmax(f32x4.splat(0), f32x4.pmin(most, place));
}

/** 1 where the place lies in B, falling to 0 a pixel outside. */
function inside(x: v128, nearX: v128, y: v128, nearY: v128): v128 {
  const outside = f32x4.add(f32x4.abs(f32x4.sub(x, nearX)), f32x4.abs(f32x4.sub(y, nearY)));
  return f32x4.pmax(f32x4.splat(0), f32x4.sub(f32x4.splat(1), outside));
}

/** 1 and `ROUGHNESS` times the squared differences of the flow to the four neighbours. */
function roughness(own: usize, left: usize, above: usize, below: usize, field: usize): v128 {
  const u = v128.load(own);
  const v = v128.load(own + field);
  let sum = addSquare(f32x4.splat(0), v128.load(left, 4), u);
  sum = addSquare(sum, v128.load(left), u);
  sum = addSquare(sum, v128.load(above), u);
  sum = addSquare(sum, v128.load(below), u);
  sum = addSquare(sum, v128.load(left + field, 4), v);
  sum = addSquare(sum, v128.load(left + field), v);
  sum = addSquare(sum, v128.load(above + field), v);
  sum = addSquare(sum, v128.load(below + field), v);
  return f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(ROUGHNESS), sum));
}

/** All channels of B at four places, two pixels apart. */
function sampleFour(x: v128, y: v128, out: usize): void {
  const left = i32x4.trunc_sat_f32x4_s(x);
  const top = i32x4.trunc_sat_f32x4_s(y);
  const rows = i32x4.mul(top, i32x4.splat(sizes().bStride));
  const cells = i32x4.add(i32x4.splat(sizes().b), i32x4.add(rows, i32x4.mul(left, i32x4.splat(16))));
  const fx = f32x4.sub(x, f32x4.convert_i32x4_s(left));
  const fy = f32x4.sub(y, f32x4.convert_i32x4_s(top));
  v128.store(
    out,
    sample(
      i32x4.extract_lane(cells, 0),
      v128.shuffle<f32>(fx, fx, 0, 0, 0, 0),
      v128.shuffle<f32>(fy, fy, 0, 0, 0, 0),
    ),
  );
  v128.store(
    out,
    sample(
      i32x4.extract_lane(cells, 1),
      v128.shuffle<f32>(fx, fx, 1, 1, 1, 1),
      v128.shuffle<f32>(fy, fy, 1, 1, 1, 1),
    ),
    32,
  );
  v128.store(
    out,
    sample(
      i32x4.extract_lane(cells, 2),
      v128.shuffle<f32>(fx, fx, 2, 2, 2, 2),
      v128.shuffle<f32>(fy, fy, 2, 2, 2, 2),
    ),
    64,
  );
  v128.store(
    out,
    sample(
      i32x4.extract_lane(cells, 3),
      v128.shuffle<f32>(fx, fx, 3, 3, 3, 3),
      v128.shuffle<f32>(fy, fy, 3, 3, 3, 3),
    ),
    96,
  );
}

/** All channels of B between four cells. */
function sample(cell: usize, x: v128, y: v128): v128 {
  const below = cell + sizes().bStride;
  const upper = between(v128.load(cell), v128.load(cell, 16), x);
  return between(upper, between(v128.load(below), v128.load(below, 16), x), y);
}

/** Mean and difference of a row of A and the pixels that were carried to it, channel by channel. */
function compare(a: usize, carried: usize, slot: usize): void {
  const s = sizes();
  const channel = s.rawStride;
  const change = s.channels * channel;
  let out = slot + MARGIN;
  const end = out + 32 * s.groups;
  do {
    const p0 = v128.load(carried);
    const p1 = v128.load(carried, 16);
    const p2 = v128.load(carried, 32);
    const p3 = v128.load(carried, 48);
    storeTransposed(p0, p1, p2, p3, carried, 16);
    let at: usize = 0;
    let from = carried;
    do {
      const original = v128.load(a + at);
      const moved = v128.load(from);
      v128.store(out + at, f32x4.mul(f32x4.add(original, moved), f32x4.splat(0.5)));
      v128.store(out + at + change, f32x4.sub(moved, original));
      at += channel;
      from += 16;
    } while (at < change);
    out += 16;
    a += 16;
    carried += 64;
  } while (out < end);
}

/**
 * The squares of all constraints of a row, added up over the channels to two quadratic forms of the flow's change,
 * brightness and gradient (the motion tensors of Zimmer et al. 2011, section 2.2), times the square of the trust; and
 * the flow itself, which they start from.
 */
function tensor(ring: usize, row: i32): void {
  const s = sizes();
  const half = s.half;
  let record = recordOf(row);
  let out = s.tensors + (row as usize) * 2 * s.tensorHalf;
  let far = slotOf(ring, row - 2) + MARGIN;
  let above = slotOf(ring, row - 1) + MARGIN;
  let middle = slotOf(ring, row) + MARGIN;
  let below = slotOf(ring, row + 1) + MARGIN;
  let last = slotOf(ring, row + 2) + MARGIN;
  let trust = slotOf(ring, row) + 2 * s.channels * s.rawStride;
  for (const end = record + s.groups * 16; record < end; record += 16) {
    const odd = out + s.tensorHalf;
    // First by four pixels side by side, then by columns.
    brightness(above, middle, below, out);
    gradient(far, above, middle, below, last, out + 96);
    brightness(above + 16, middle + 16, below + 16, odd);
    gradient(far + 16, above + 16, middle + 16, below + 16, last + 16, odd + 96);
    const evenTrust = square(v128.load(trust));
    const oddTrust = square(v128.load(trust + half));
    let k: usize = 0;
    do {
      const left = v128.load(out + k);
      const right = v128.load(odd + k);
      v128.store(out + k, f32x4.mul(v128.shuffle<f32>(left, right, 0, 2, 4, 6), evenTrust));
      v128.store(odd + k, f32x4.mul(v128.shuffle<f32>(left, right, 1, 3, 5, 7), oddTrust));
      k += 16;
    } while (k < 192);
    v128.store(out, v128.load(record), 192);
    v128.store(out, v128.load(record + 2 * half), 208);
    v128.store(odd, v128.load(record + half), 192);
    v128.store(odd, v128.load(record + 3 * half), 208);
    far += 32;
    above += 32;
    middle += 32;
    below += 32;
    last += 32;
    trust += 16;
    out += 224;
  }
}

function square(a: v128): v128 {
  return f32x4.mul(a, a);
}

function twice(a: v128): v128 {
  return f32x4.add(a, a);
}

function addProduct(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** One over the squared length of a constraint. */
function shareOf(x: v128, y: v128, flat: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.add(square(x), square(y)), flat));
}

/*
 * Central differences of the mean and the change. What enters one constraint has one factor, 2 or 4: the constraint is
 * divided by its length, and only the flatness has to follow.
 */

/** The form of constant brightness of four pixels. */
function brightness(above: usize, middle: usize, below: usize, out: usize): void {
  const channel = sizes().rawStride;
  const change = sizes().channels * channel;
  let uu = f32x4.splat(0);
  let uv = uu;
  let vv = uu;
  let u = uu;
  let v = uu;
  let rest = uu;
  const flat = f32x4.splat(parameters().flat2);
  let at: usize = 0;
  do {
    const x = f32x4.sub(v128.load(middle + at + 4), v128.load(middle + at - 4));
    const y = f32x4.sub(v128.load(below + at), v128.load(above + at));
    const z = twice(v128.load(middle + at + change));
    const share = shareOf(x, y, flat);
    const sx = f32x4.mul(x, share);
    const sy = f32x4.mul(y, share);
    uu = addProduct(uu, sx, x);
    uv = addProduct(uv, sx, y);
    vv = addProduct(vv, sy, y);
    u = addProduct(u, sx, z);
    v = addProduct(v, sy, z);
    rest = addProduct(rest, f32x4.mul(z, share), z);
    at += channel;
  } while (at < change);
  storeForm(out, uu, uv, vv, u, v, rest);
}

/** The form of constant gradients of four pixels: two constraints a channel. */
function gradient(far: usize, above: usize, middle: usize, below: usize, last: usize, out: usize): void {
  const channel = sizes().rawStride;
  const change = sizes().channels * channel;
  let uu = f32x4.splat(0);
  let uv = uu;
  let vv = uu;
  let u = uu;
  let v = uu;
  let rest = uu;
  const flat = f32x4.splat(parameters().flat4);
  let at: usize = 0;
  do {
    const mean = twice(v128.load(middle + at));
    const xx = f32x4.sub(f32x4.add(v128.load(middle + at - 8), v128.load(middle + at + 8)), mean);
    const yy = f32x4.sub(f32x4.add(v128.load(far + at), v128.load(last + at)), mean);
    const xy = f32x4.sub(
      f32x4.sub(v128.load(below + at + 4), v128.load(below + at - 4)),
      f32x4.sub(v128.load(above + at + 4), v128.load(above + at - 4)),
    );
    const xz = twice(f32x4.sub(v128.load(middle + at + change + 4), v128.load(middle + at + change - 4)));
    const yz = twice(f32x4.sub(v128.load(below + at + change), v128.load(above + at + change)));
    const across = shareOf(xx, xy, flat);
    const xxs = f32x4.mul(xx, across);
    const xys = f32x4.mul(xy, across);
    uu = addProduct(uu, xxs, xx);
    uv = addProduct(uv, xxs, xy);
    vv = addProduct(vv, xys, xy);
    u = addProduct(u, xxs, xz);
    v = addProduct(v, xys, xz);
    rest = addProduct(rest, f32x4.mul(xz, across), xz);
    const down = shareOf(xy, yy, flat);
    const yxs = f32x4.mul(xy, down);
    const yys = f32x4.mul(yy, down);
    uu = addProduct(uu, yxs, xy);
    uv = addProduct(uv, yxs, yy);
    vv = addProduct(vv, yys, yy);
    u = addProduct(u, yxs, yz);
    v = addProduct(v, yys, yz);
    rest = addProduct(rest, f32x4.mul(yz, down), yz);
    at += channel;
  } while (at < change);
  storeForm(out, uu, uv, vv, u, v, rest);
}

function storeForm(out: usize, uu: v128, uv: v128, vv: v128, u: v128, v: v128, rest: v128): void {
  v128.store(out, uu);
  v128.store(out, uv, 16);
  v128.store(out, vv, 32);
  v128.store(out, u, 48);
  v128.store(out, v, 64);
  v128.store(out, rest, 80);
}
