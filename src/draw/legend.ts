import type { Image } from '../core/index.ts';
import { checkInteger, checkPositive } from '../core/index.ts';
import { mixPixel } from './canvas.ts';
import { GLYPH_HEIGHT, drawText, textWidth } from './glyphs.ts';
import { writeWheelColor } from './wheel.ts';

/** Below this size a number could not be read. */
const LEAST_LABELLED = 64;

/**
 * The colour wheel as a square image on white: the colour at a place is that of motion from the centre to
 * it, the rim is `maxMagnitude` pixels, a thin ring marks the half. From 64 pixels on, the rim's value is
 * written in the corner.
 *
 * @param size side of the image in pixels, 8 or more
 * @param maxMagnitude what `colorizeFlow` reported, in pixels
 * @example
 * import { colorizeFlow, flowLegend, writeImage } from 'whither';
 *
 * const { maxMagnitude } = colorizeFlow(flow);
 * await writeImage('legend.png', flowLegend(128, maxMagnitude));
 */
export function flowLegend(size: number, maxMagnitude: number): Image {
  checkInteger(size, 'size', 8, 8192);
  checkPositive(maxMagnitude, 'maxMagnitude');
  const scale = Math.max(1, Math.round(size / 200));
  const labelled = size >= LEAST_LABELLED;
  const canvas = { width: size, height: size, data: new Uint8Array(size * size * 3).fill(255) };
  const label = `${formatLength(maxMagnitude)} px`;
  // The wheel leaves a strip for the number at the bottom.
  const strip = labelled ? (GLYPH_HEIGHT + 5) * scale : 0;
  drawWheel(canvas, (size - 1) / 2, (size - 1 - strip) / 2, (size - 2 - strip) / 2);
  if (labelled)
    drawText(
      canvas,
      label,
      Math.round((size - textWidth(label, scale)) / 2),
      size - (GLYPH_HEIGHT + 2) * scale,
      scale,
      [32, 32, 32],
    );
  return canvas;
}

function drawWheel(canvas: Image, centreX: number, centreY: number, radius: number): void {
  const pixel = new Uint8Array(3);
  for (let y = 0; y < canvas.height; y++)
    for (let x = 0; x < canvas.width; x++) {
      const u = (x - centreX) / radius;
      const v = (y - centreY) / radius;
      const distance = Math.sqrt(u * u + v * v);
      const share = Math.min(Math.max((1 - distance) * radius + 0.5, 0), 1);
      if (share === 0) continue;
      // The soft border takes the colour of the rim, not the darker one of motion beyond it.
      const inside = distance > 1 ? 1 / (distance + 1e-9) : 1;
      writeWheelColor(u * inside, v * inside, pixel, 0);
      mixPixel(canvas, x, y, [pixel[0], pixel[1], pixel[2]], share);
      const ring = 1 - Math.abs(distance - 0.5) * radius;
      if (ring > 0) mixPixel(canvas, x, y, [0, 0, 0], ring * 0.25);
    }
}

/** Three significant digits, no exponent: 0.25, 12.5, 140. */
function formatLength(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value)));
  return String(Number(value.toFixed(Math.min(digits, 4))));
}
