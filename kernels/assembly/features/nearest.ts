/** Products of rows of 16-bit integers, and the best of them. */

/** Less than any product. As in kernels/nearest/types.ts. */
const NONE: i32 = -0x80000000;

/** Two rows of A, `size` bytes long, with rows of B for the products from `out` to `outEnd`, four at a time. */
export function pair(
  a: usize,
  end: usize,
  b: usize,
  out: usize,
  outEnd: usize,
  size: usize,
  pitch: usize,
): void {
  do {
    let b0 = b;
    let b1 = b0 + size;
    let b2 = b1 + size;
    let b3 = b2 + size;
    let s0 = i32x4.splat(0);
    let s1 = i32x4.splat(0);
    let s2 = i32x4.splat(0);
    let s3 = i32x4.splat(0);
    let s4 = i32x4.splat(0);
    let s5 = i32x4.splat(0);
    let s6 = i32x4.splat(0);
    let s7 = i32x4.splat(0);
    let at = a;
    do {
      const first = v128.load(at);
      const second = v128.load(at + size);
      let other = v128.load(b0);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(first, other));
      s4 = i32x4.add(s4, i32x4.dot_i16x8_s(second, other));
      other = v128.load(b1);
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(first, other));
      s5 = i32x4.add(s5, i32x4.dot_i16x8_s(second, other));
      other = v128.load(b2);
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(first, other));
      s6 = i32x4.add(s6, i32x4.dot_i16x8_s(second, other));
      other = v128.load(b3);
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(first, other));
      s7 = i32x4.add(s7, i32x4.dot_i16x8_s(second, other));
      b0 += 16;
      b1 += 16;
      b2 += 16;
      b3 += 16;
      at += 16;
    } while (at < end);
    v128.store(out, sumLanes(s0, s1, s2, s3));
    v128.store(out + pitch, sumLanes(s4, s5, s6, s7));
    b = b3;
    out += 16;
  } while (out < outEnd);
}

/** Neighbouring lanes summed: those of `a`, then those of `b`. */
function sumPairs(a: v128, b: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
}

/** Lane k of the result is the sum of the lanes of vector k. */
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const left = sumPairs(a, b);
  const right = sumPairs(c, d);
  return i32x4.add(v128.shuffle<i32>(left, right, 0, 1, 4, 5), v128.shuffle<i32>(left, right, 2, 3, 6, 7));
}

/**
 * The best of row `i` of the products, which lies from `row` to `end`, in four lanes, and then their places; `first` and
 * `index` are what is known of the columns: their best product and its row.
 */
export function search(row: usize, end: usize, first: usize, index: usize, i: i32, best: usize): void {
  let most = i32x4.splat(NONE);
  let places = f32x4.splat(0);
  // Columns are counted in floats, which hold them exactly.
  let column = f32x4(0, 1, 2, 3);
  const rows = i32x4.splat(i);
  do {
    const scores = v128.load(row);
    places = v128.bitselect(column, places, i32x4.gt_s(scores, most));
    most = i32x4.max_s(most, scores);
    const known = v128.load(first);
    v128.store(index, v128.bitselect(rows, v128.load(index), i32x4.gt_s(scores, known)));
    v128.store(first, i32x4.max_s(scores, known));
    column = f32x4.add(column, f32x4.splat(4));
    first += 16;
    index += 16;
    row += 16;
  } while (row < end);
  v128.store(best, most);
  v128.store(best, i32x4.trunc_sat_f32x4_s(places), 16);
}

/**
 * The greatest product in four lanes, of the columns whose points, at `x` and `y`, are far from the one at `point`; the
 * square of what counts as far stands behind that.
 */
export function second(row: usize, end: usize, x: usize, y: usize, point: usize, best: usize): void {
  const none = i32x4.splat(NONE);
  const pointX = v128.load32_splat(point);
  const pointY = v128.load32_splat(point, 4);
  const far = v128.load32_splat(point, 8);
  let most = none;
  do {
    const dx = f32x4.sub(v128.load(x), pointX);
    const dy = f32x4.sub(v128.load(y), pointY);
    const isFar = f32x4.le(far, f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)));
    most = i32x4.max_s(most, v128.bitselect(v128.load(row), none, isFar));
    x += 16;
    y += 16;
    row += 16;
  } while (row < end);
  v128.store(best, most);
}
