/** The small matrix product that all correlations are made of: four cells of A with eight of B, over all channels. */

function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}

/**
 * Multiplies the panel at `a` with the cells at `b`, whose channels lie `pitch` apart; the four rows of eight sums go to
 * `out`, `row` apart.
 */
export function multiplyTile(
  a: usize,
  b: usize,
  channels: usize,
  pitch: usize,
  out: usize,
  row: usize,
): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  const end: usize = a + 16 * channels;
  do {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    let cell = v128.load32_splat(a);
    s0 = multiplyAdd(cell, left, s0);
    s1 = multiplyAdd(cell, right, s1);
    cell = v128.load32_splat(a, 4);
    s2 = multiplyAdd(cell, left, s2);
    s3 = multiplyAdd(cell, right, s3);
    cell = v128.load32_splat(a, 8);
    s4 = multiplyAdd(cell, left, s4);
    s5 = multiplyAdd(cell, right, s5);
    cell = v128.load32_splat(a, 12);
    s6 = multiplyAdd(cell, left, s6);
    s7 = multiplyAdd(cell, right, s7);
    b += pitch;
    a += 16;
  } while (a < end);
  storeTile(out, row, s0, s1, s2, s3, s4, s5, s6, s7);
}

/** Stores four rows of eight sums. */
export function storeTile(
  out: usize,
  row: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  s4: v128,
  s5: v128,
  s6: v128,
  s7: v128,
): void {
  v128.store(out, s0);
  v128.store(out, s1, 16);
  out += row;
  v128.store(out, s2);
  v128.store(out, s3, 16);
  out += row;
  v128.store(out, s4);
  v128.store(out, s5, 16);
  out += row;
  v128.store(out, s6);
  v128.store(out, s7, 16);
}

/** Eight cells of a map, channels first, whose planes lie `plane` apart: their values of each channel side by side. */
export function packPanel(source: usize, plane: usize, channels: usize, target: usize): void {
  for (const end = target + 32 * channels; target < end; target += 32, source += plane) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
  }
}

/** So many cells of a map, channels first, scaled: for each four of them the values of each channel side by side. */
export function packStrip(
  source: usize,
  plane: usize,
  cells: usize,
  channels: usize,
  factor: f32,
  target: usize,
): void {
  const panel = 16 * channels;
  const scale = f32x4.splat(factor);
  for (const end = target + panel; target < end; target += 16, source += plane) {
    let to = target;
    for (let at = source; at < source + 4 * cells; at += 16, to += panel)
      v128.store(to, f32x4.mul(v128.load(at), scale));
  }
}
