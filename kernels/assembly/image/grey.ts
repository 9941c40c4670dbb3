/** Grey of red, green and blue bytes, four pixels at a time. */

import { blue, green, red } from '../shared/colours';

/** As many pixels from `input` as fill floats from `out` to `end`, rounded up to four. */
export function grey(input: usize, out: usize, end: usize): void {
  do {
    const pixels = v128.load(input);
    const redAndGreen = f32x4.add(
      f32x4.mul(red(pixels), f32x4.splat(0.299)),
      f32x4.mul(green(pixels), f32x4.splat(0.587)),
    );
    v128.store(out, f32x4.add(redAndGreen, f32x4.mul(blue(pixels), f32x4.splat(0.114))));
    input += 12;
    out += 16;
  } while (out < end);
}
