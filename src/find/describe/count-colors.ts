import type { FeatureMap } from '../../../kernels/types.ts';

/** Cells of hue, saturation and value. */
export type ColorCells = readonly [hue: number, saturation: number, value: number];

/**
 * The roots of the shares of the pixels in cells of hue, saturation and value, hue slowest: a unit vector. Grey has hue 0.
 *
 * @param planes red, green and blue
 * @param range the values of black and of white
 */
export function countColors(
  { data }: FeatureMap,
  [black, white]: readonly [number, number],
  [hues, saturations, values]: ColorCells,
): Float32Array {
  const counts = new Float32Array(hues * saturations * values);
  const pixels = data.length / 3;
  const cell = (share: number, cells: number): number => Math.min(cells - 1, Math.floor(share * cells));
  for (let i = 0; i < pixels; i++) {
    const r = (data[i] - black) / (white - black);
    const g = (data[i + pixels] - black) / (white - black);
    const b = (data[i + 2 * pixels] - black) / (white - black);
    const top = Math.max(r, g, b);
    const span = top - Math.min(r, g, b);
    const hue = cell(hueOf(r, g, b, top, span), hues);
    const saturation = cell(top > 0 ? span / top : 0, saturations);
    counts[(hue * saturations + saturation) * values + cell(top, values)]++;
  }
  return counts.map((count) => Math.sqrt(count / pixels));
}

/** From 0 (red) by 1/3 (green) and 2/3 (blue) towards 1. */
function hueOf(r: number, g: number, b: number, top: number, span: number): number {
  if (!(span > 0)) return 0;
  if (top === r) return (((g - b) / span + 6) % 6) / 6;
  return (top === g ? 2 + (b - r) / span : 4 + (r - g) / span) / 6;
}
