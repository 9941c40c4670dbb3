/** Differences of layers, and the extrema among them. The least magnitude of an extremum lies at the start of the memory. */

/** `out = b - a` for as many values as lie between `out` and `end`, rounded up to 4; addresses in bytes. */
export function subtract(a: usize, b: usize, out: usize, end: usize): void {
  do {
    v128.store(out, f32x4.sub(v128.load(b), v128.load(a)));
    a += 16;
    b += 16;
    out += 16;
  } while (out < end);
}

/** The greatest of the values in three rows around `at`, `most` included. */
function greatest(most: v128, at: usize, row: usize): v128 {
  return greatestOfRow(greatestOfRow(greatestOfRow(most, at - row), at), at + row);
}

function greatestOfRow(most: v128, at: usize): v128 {
  most = f32x4.pmax(v128.load(at - 4), most);
  most = f32x4.pmax(v128.load(at), most);
  return f32x4.pmax(v128.load(at + 4), most);
}

/** The least of them. */
function least(fewest: v128, at: usize, row: usize): v128 {
  return leastOfRow(leastOfRow(leastOfRow(fewest, at - row), at), at + row);
}

function leastOfRow(fewest: v128, at: usize): v128 {
  fewest = f32x4.pmin(v128.load(at - 4), fewest);
  fewest = f32x4.pmin(v128.load(at), fewest);
  return f32x4.pmin(v128.load(at + 4), fewest);
}

/**
 * One byte for four values from `at` to `end`, a bit set for each that is an extremum among its neighbours in rows `row`
 * bytes apart and planes `plane` bytes apart. Few values are extrema of their own plane, so the others are looked at last.
 */
export function mark(at: usize, end: usize, out: usize, row: usize, plane: usize): void {
  const limit = v128.load32_splat(0);
  do {
    const value = v128.load(at);
    let bits: i32 = 0;
    if (v128.any_true(f32x4.lt(limit, f32x4.abs(value)))) {
      const most = greatest(value, at, row);
      const fewest = least(value, at, row);
      if (v128.any_true(extrema(value, most, fewest, limit))) {
        const top = greatest(greatest(most, at - plane, row), at + plane, row);
        const bottom = least(least(fewest, at - plane, row), at + plane, row);
        bits = i32x4.bitmask(extrema(value, top, bottom, limit));
      }
    }
    store<u8>(out, bits);
    out += 1;
    at += 16;
  } while (at < end);
}

/** Which values are beyond the limit and as great as `most`, or as small as `fewest`. */
function extrema(value: v128, most: v128, fewest: v128, limit: v128): v128 {
  const isTop = v128.and(f32x4.le(most, value), f32x4.lt(limit, value));
  const isBottom = v128.and(f32x4.le(value, fewest), f32x4.lt(value, f32x4.neg(limit)));
  return v128.or(isTop, isBottom);
}
