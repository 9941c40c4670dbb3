/**
 * The arc tangent of 0 to 1 in eighths of a turn: Abramowitz and Stegun 1964, 4.4.49, wrong by 1e-5 at most; the powers of
 * its argument from the first to the ninth.
 */
const EIGHTHS: f64 = 4 / 3.141592653589793;
const A1 = (0.999866 * EIGHTHS) as f32;
const A3 = (-0.3302995 * EIGHTHS) as f32;
const A5 = (0.180141 * EIGHTHS) as f32;
const A7 = (-0.085133 * EIGHTHS) as f32;
const A9 = (0.0208351 * EIGHTHS) as f32;

function multiplyAdd(a: v128, b: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(a, b), f32x4.splat(c));
}

/** `turn` becomes its difference to so many eighths where the condition holds. */
function mirror(turn: v128, eighths: f32, where: v128): v128 {
  return v128.bitselect(f32x4.sub(f32x4.splat(eighths), turn), turn, where);
}

function magnitude(a: v128): v128 {
  return f32x4.pmax(f32x4.sub(f32x4.splat(0), a), a);
}

/** The directions of four vectors, from x towards y, in eighths of a turn from 0 to 8. */
export function directions(dx: v128, dy: v128): v128 {
  const zero = f32x4.splat(0);
  const across = magnitude(dx);
  const along = magnitude(dy);
  const greater = f32x4.pmax(f32x4.splat(1e-20), f32x4.pmax(along, across));
  const ratio = f32x4.div(f32x4.pmin(along, across), greater);
  const square = f32x4.mul(ratio, ratio);
  let polynomial = multiplyAdd(f32x4.splat(A9), square, A7);
  polynomial = multiplyAdd(polynomial, square, A5);
  polynomial = multiplyAdd(polynomial, square, A3);
  polynomial = multiplyAdd(polynomial, square, A1);
  let turn = f32x4.mul(ratio, polynomial);
  turn = mirror(turn, 2, f32x4.lt(across, along));
  turn = mirror(turn, 4, f32x4.lt(dx, zero));
  return mirror(turn, 8, f32x4.lt(dy, zero));
}

/** The lengths of four vectors. */
export function lengths(dx: v128, dy: v128): v128 {
  return f32x4.sqrt(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)));
}
