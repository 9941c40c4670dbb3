/** Rows of 8-bit integers by their signs and by their products with one row. */

/** Lane k of the result is the sum of the lanes of vector k. */
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const left = i32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7));
  const right = i32x4.add(v128.shuffle<i32>(c, d, 0, 1, 4, 5), v128.shuffle<i32>(c, d, 2, 3, 6, 7));
  return i32x4.add(v128.shuffle<i32>(left, right, 0, 2, 4, 6), v128.shuffle<i32>(left, right, 1, 3, 5, 7));
}

/** The signs of bytes from `rows` to `end`, 16 a vector, a set bit for a negative one. */
export function sketch(rows: usize, end: usize, out: usize): void {
  do {
    store<u16>(out, i8x16.bitmask(v128.load(rows)) as u16);
    rows += 16;
    out += 2;
  } while (rows < end);
}

/** Bits in which a sketch of `size` bytes, a multiple of 16, differs from the one at `query`: four lanes to be summed. */
function differing(query: usize, sketch: usize, size: usize): v128 {
  let sum = i16x8.splat(0);
  let at: usize = 0;
  do {
    const bits = v128.xor(v128.load(query + at), v128.load(sketch + at));
    sum = i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(bits)));
    at += 16;
  } while (at < size);
  return i32x4.extadd_pairwise_i16x8_u(sum);
}

/** Bits in which each sketch differs from the one at `query`: as many as fill integers from `out` to `end`, rounded up to four. */
export function hamming(query: usize, sketches: usize, size: usize, out: usize, end: usize): void {
  do {
    const s0 = differing(query, sketches, size);
    const s1 = differing(query, sketches + size, size);
    sketches += 2 * size;
    const s2 = differing(query, sketches, size);
    const s3 = differing(query, sketches + size, size);
    sketches += 2 * size;
    v128.store(out, sumLanes(s0, s1, s2, s3));
    out += 16;
  } while (out < end);
}

/** The products of the row at `query` with the rows whose places the integers from `list` to `end` give. */
export function products(query: usize, rows: usize, size: usize, list: usize, end: usize, out: usize): void {
  do {
    const row = rows + (load<u32>(list) as usize) * size;
    let sum = i32x4.splat(0);
    let at: usize = 0;
    do {
      const a = v128.load(query + at);
      const b = v128.load(row + at);
      const low = i16x8.extmul_low_i8x16_s(a, b);
      const high = i16x8.extmul_high_i8x16_s(a, b);
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(low));
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(high));
      at += 16;
    } while (at < size);
    store<i32>(out, i32x4.extract_lane(sumLanes(sum, sum, sum, sum), 0));
    list += 4;
    out += 4;
  } while (list < end);
}
