import { lumaAt } from '../../core/index.ts';
import type { Image, ScalarField } from '../../core/index.ts';
import { HEAT, fillOutlined } from '../../draw/index.ts';

/** How much of the heat's colour covers the image. */
const COVER = 0.7;

/** Everything at or below this share of all places is as cold as can be: most places are unlike the point. */
const COLD_SHARE = 0.5;

/** A grey image under the colours of a map of the same size, the least warm half black, with a ring at the peak. */
export function drawHeat(
  image: Image,
  map: ScalarField,
  peak: { readonly x: number; readonly y: number },
): Image {
  const { width, height } = image;
  const [cold, hot] = heatRange(map);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const p = i * 3;
    const grey = lumaAt(image.data, p);
    const level = Math.round(255 * Math.min(Math.max((map.data[i] - cold) / (hot - cold), 0), 1));
    for (let c = 0; c < 3; c++) data[p + c] = (1 - COVER) * grey + COVER * HEAT[level * 3 + c] + 0.5;
  }
  const canvas = { width, height, data };
  drawRing(canvas, peak.x, peak.y, Math.max(6, Math.round(Math.min(width, height) / 30)));
  return canvas;
}

/** The values that get the coldest and the hottest colour. */
function heatRange({ data }: ScalarField): [number, number] {
  const sorted = Float32Array.from(data).sort();
  const cold = sorted[Math.floor(COLD_SHARE * (sorted.length - 1))];
  const hot = sorted[sorted.length - 1];
  return hot > cold ? [cold, hot] : [cold, cold + 1];
}

function drawRing(canvas: Image, x: number, y: number, radius: number): void {
  const ring = (px: number, py: number): number => Math.abs(Math.hypot(px - x, py - y) - radius) - 1;
  const reach = radius + 4;
  const bounds = { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
  fillOutlined(canvas, ring, bounds, [255, 255, 255], [0, 0, 0]);
}
