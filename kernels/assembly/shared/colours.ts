/** Colours of 8 bits as vectors of floats. */

/** Four bytes as floats. */
export function bytesToFloats(at: usize): v128 {
  const shorts = i16x8.extend_low_i8x16_u(v128.load32_zero(at));
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(shorts));
}

/** Stores the first three of four floats as bytes, their fractions dropped and cut to 0 to 255. */
export function storeColour(to: usize, colour: v128): void {
  const zero = i32x4.splat(0);
  const shorts = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(colour), zero);
  const bytes = i8x16.narrow_i16x8_u(shorts, zero);
  v128.store16_lane(to, bytes, 0);
  v128.store8_lane(to, bytes, 2, 2);
}

/** Red of four pixels of three bytes, as floats. */
export function red(pixels: v128): v128 {
  const zero = i32x4.splat(0);
  return f32x4.convert_i32x4_s(
    v128.shuffle<i8>(pixels, zero, 0, 16, 16, 16, 3, 16, 16, 16, 6, 16, 16, 16, 9, 16, 16, 16),
  );
}

/** Green of four pixels of three bytes, as floats. */
export function green(pixels: v128): v128 {
  const zero = i32x4.splat(0);
  return f32x4.convert_i32x4_s(
    v128.shuffle<i8>(pixels, zero, 1, 16, 16, 16, 4, 16, 16, 16, 7, 16, 16, 16, 10, 16, 16, 16),
  );
}

/** Blue of four pixels of three bytes, as floats. */
export function blue(pixels: v128): v128 {
  const zero = i32x4.splat(0);
  return f32x4.convert_i32x4_s(
    v128.shuffle<i8>(pixels, zero, 2, 16, 16, 16, 5, 16, 16, 16, 8, 16, 16, 16, 11, 16, 16, 16),
  );
}
