import type { Image } from '../../core/index.ts';

/** Levels by which a row may lie outside of its neighbours and still be of their time. */
const COMBED = 12;

/**
 * A frame of the first of its two fields: where a row of the second lies outside of what its neighbours above and below
 * show, as it does where things moved between the fields, their mean takes its place. Still parts keep all their rows.
 */
export function deinterlace({ width, height, data }: Image): Image {
  const out = data.slice();
  const stride = width * 3;
  for (let y = 1; y < height; y += 2) {
    const row = y * stride;
    const below = y + 1 < height ? stride : -stride;
    for (let i = row; i < row + stride; i++) {
      const [a, b] = [data[i - stride], data[i + below]];
      if (data[i] < Math.min(a, b) - COMBED || data[i] > Math.max(a, b) + COMBED) out[i] = (a + b + 1) >> 1;
    }
  }
  return { width, height, data: out };
}
