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
 * bytes apart and planes `plane` bytes apart.
 */
export function mark(at: usize, end: usize, out: usize, row: usize, plane: usize): void {
  const limit = v128.load32_splat(0);
  const lower = f32x4.sub(f32x4.splat(0), limit);
  do {
    const value = v128.load(at);
    const most = greatest(greatest(greatest(value, at - plane, row), at, row), at + plane, row);
    const fewest = least(least(least(value, at - plane, row), at, row), at + plane, row);
    const isTop = v128.and(f32x4.le(most, value), f32x4.lt(limit, value));
    const isBottom = v128.and(f32x4.le(value, fewest), f32x4.lt(value, lower));
    store<u8>(out, i32x4.bitmask(v128.or(isTop, isBottom)));
    out += 1;
    at += 16;
  } while (at < end);
}
