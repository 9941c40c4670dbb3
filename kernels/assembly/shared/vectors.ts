/** Pieces that several kernels are made of. */

/** Stores four vectors as the columns they make, `step` bytes from one to the next. */
export function storeTransposed(a: v128, b: v128, c: v128, d: v128, to: usize, step: usize): void {
  const abFirst = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cdFirst = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abLast = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdLast = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(abFirst, cdFirst, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<f32>(abFirst, cdFirst, 2, 3, 6, 7));
  v128.store(to + 2 * step, v128.shuffle<f32>(abLast, cdLast, 0, 1, 4, 5));
  v128.store(to + 3 * step, v128.shuffle<f32>(abLast, cdLast, 2, 3, 6, 7));
}

/** From `from` towards `to` by so large a share of the way. */
export function between(from: v128, to: v128, share: v128): v128 {
  return f32x4.add(from, f32x4.mul(share, f32x4.sub(to, from)));
}

/** Neighbouring lanes summed: those of `a`, then those of `b`. */
function sumPairs(a: v128, b: v128): v128 {
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
}

/** Lane k of the result is the sum of the lanes of vector k. */
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const left = sumPairs(a, b);
  const right = sumPairs(c, d);
  return f32x4.add(v128.shuffle<f32>(left, right, 0, 1, 4, 5), v128.shuffle<f32>(left, right, 2, 3, 6, 7));
}
