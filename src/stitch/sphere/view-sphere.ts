import type { Image, Size } from '../../core/index.ts';
import { ShapeError, checkImage } from '../../core/index.ts';

/** Fills `out` with the ray at a place of an image, in pixels: x right, y down, z forward, of any length. */
export type RayAt = (x: number, y: number, out: Float64Array) => Float64Array;

/** Checks that an image shows a whole sphere: longitude from left to right, twice as wide as high. */
export function checkSphere(sphere: Image): Image {
  const { width, height } = checkImage(sphere, 'sphere');
  if (width === 2 * height) return sphere;
  throw new ShapeError(
    `Expected a whole sphere, twice as wide as high, but received ${width} x ${height}: ` +
      "stitch it with projection 'equirectangular'",
  );
}

/**
 * What a camera inside a sphere sees, between the four nearest pixels.
 *
 * @param samples places a pixel is taken from along either side, for images that show the sphere smaller
 */
export function viewSphere(sphere: Image, { width, height }: Size, rayAt: RayAt, samples = 1): Image {
  const data = new Uint8Array(width * height * 3);
  const [ray, colour] = [new Float64Array(3), new Float64Array(3)];
  const offsets = Array.from({ length: samples }, (_, i) => (i + 0.5) / samples - 0.5);
  for (let y = 0, k = 0; y < height; y++)
    for (let x = 0; x < width; x++, k += 3) {
      colour.fill(0.5 * samples * samples);
      for (const dy of offsets)
        for (const dx of offsets) addColour(sphere, rayAt(x + dx, y + dy, ray), colour);
      for (let c = 0; c < 3; c++) data[k + c] = colour[c] / (samples * samples);
    }
  return { width, height, data };
}

/** Adds the colour that lies in the direction of a ray. */
function addColour({ width, height, data }: Image, [x, y, z]: Float64Array, colour: Float64Array): void {
  const u = (Math.atan2(x, z) / (2 * Math.PI) + 0.5) * width - 0.5;
  const v = (Math.atan2(y, Math.hypot(x, z)) / Math.PI + 0.5) * height - 0.5;
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const [fx, fy] = [u - i, v - j];
  const [left, right] = [(i + width) % width, (i + 1) % width];
  const [upper, lower] = [Math.max(0, j) * width, Math.min(height - 1, j + 1) * width];
  for (let c = 0; c < 3; c++) {
    const above = data[3 * (upper + left) + c] * (1 - fx) + data[3 * (upper + right) + c] * fx;
    const below = data[3 * (lower + left) + c] * (1 - fx) + data[3 * (lower + right) + c] * fx;
    colour[c] += above * (1 - fy) + below * fy;
  }
}
