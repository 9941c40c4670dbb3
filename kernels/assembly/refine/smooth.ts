/** The smoothing of both images, and the order that their rows and those of the flow are brought into. */

import { storeTransposed } from '../shared/vectors';
import { clampRow, parameters, sizes } from './layout';

/** Four values smoothed down the columns, from the rows above, at and below them. */
function smoothDown(above: usize, middle: usize, below: usize): v128 {
  const outer = f32x4.mul(f32x4.splat(parameters().share), f32x4.add(v128.load(above), v128.load(below)));
  return f32x4.add(outer, f32x4.mul(f32x4.splat(parameters().centre), v128.load(middle)));
}

/** Four values smoothed along both axes; the first of them lies `MARGIN` behind the addresses. */
function smooth(above: usize, middle: usize, below: usize): v128 {
  const left = smoothDown(above + 12, middle + 12, below + 12);
  const own = smoothDown(above + 16, middle + 16, below + 16);
  const right = smoothDown(above + 20, middle + 20, below + 20);
  const outer = f32x4.mul(f32x4.splat(parameters().share), f32x4.add(left, right));
  return f32x4.add(outer, f32x4.mul(f32x4.splat(parameters().centre), own));
}

/** All channels of a row of A, with one value more on either side. */
export function smoothRowA(row: i32): void {
  const s = sizes();
  for (let c: usize = 0; c < s.channels; c++) {
    const plane = s.raw + c * (s.height as usize) * s.rawStride;
    let above = plane + clampRow(row - 1) * s.rawStride;
    let middle = plane + clampRow(row) * s.rawStride;
    let below = plane + clampRow(row + 1) * s.rawStride;
    const out = s.a + c * s.rawStride + (row as usize) * s.aStride;
    const end = out + s.groups * 32;
    for (let to = out; to < end; to += 16, above += 16, middle += 16, below += 16)
      v128.store(to, smooth(above, middle, below));
    const last = out + 4 * s.width;
    store<f32>(out - 4, load<f32>(out));
    store<f32>(last, load<f32>(last - 4));
  }
}

/** A row of B: its channels come to lie side by side. */
export function smoothRowB(row: i32): void {
  const s = sizes();
  const plane = (s.height as usize) * s.rawStride;
  let above = s.raw + clampRow(row - 1) * s.rawStride;
  let middle = s.raw + clampRow(row) * s.rawStride;
  let below = s.raw + clampRow(row + 1) * s.rawStride;
  let out = s.b + (row as usize) * s.bStride;
  const zero = f32x4.splat(0);
  for (const end = out + s.groups * 128; out < end; out += 64, above += 16, middle += 16, below += 16) {
    const first = smooth(above, middle, below);
    let second = zero;
    let third = zero;
    let fourth = zero;
    if (s.channels > 1) second = smooth(above + plane, middle + plane, below + plane);
    if (s.channels > 2) third = smooth(above + 2 * plane, middle + 2 * plane, below + 2 * plane);
    if (s.channels > 3) fourth = smooth(above + 3 * plane, middle + 3 * plane, below + 3 * plane);
    storeTransposed(first, second, third, fourth, out, 16);
  }
}

/** A row of u and v side by side into the halves of its record: those of u, then those of v. */
export function split(flow: usize, record: usize): void {
  const half = sizes().half;
  for (const end = record + sizes().groups * 16; record < end; record += 16, flow += 64) {
    const a = v128.load(flow);
    const b = v128.load(flow, 16);
    const c = v128.load(flow, 32);
    const d = v128.load(flow, 48);
    const abEven = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cdEven = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const abOdd = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cdOdd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(record, v128.shuffle<f32>(abEven, cdEven, 0, 1, 4, 5));
    v128.store(record + half, v128.shuffle<f32>(abOdd, cdOdd, 0, 1, 4, 5));
    v128.store(record + 2 * half, v128.shuffle<f32>(abEven, cdEven, 2, 3, 6, 7));
    v128.store(record + 3 * half, v128.shuffle<f32>(abOdd, cdOdd, 2, 3, 6, 7));
  }
}

/** A row of one value a pixel into its even and its odd columns. */
export function part(row: usize, halves: usize): void {
  const half = sizes().half;
  for (const end = halves + sizes().groups * 16; halves < end; halves += 16, row += 32) {
    const left = v128.load(row);
    const right = v128.load(row, 16);
    v128.store(halves, v128.shuffle<f32>(left, right, 0, 2, 4, 6));
    v128.store(halves + half, v128.shuffle<f32>(left, right, 1, 3, 5, 7));
  }
}

/** The reverse of `split`. */
export function join(record: usize, flow: usize): void {
  const half = sizes().half;
  for (const end = record + sizes().groups * 16; record < end; record += 16, flow += 64) {
    const evenU = v128.load(record);
    const oddU = v128.load(record + half);
    const evenV = v128.load(record + 2 * half);
    const oddV = v128.load(record + 3 * half);
    storeTransposed(evenU, evenV, oddU, oddV, flow, 16);
  }
}
