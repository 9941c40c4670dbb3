import type { BetweenInput, BetweenLayer } from './types.ts';

/** A layer that counts less is not read at all. */
const NOTHING = 1 / 256;

/**
 * The colours of a frame between two images: both are read where its pixels lie in them, by cubic convolution (Catmull-Rom),
 * and mixed, layer by layer. Places outside of an image show its border.
 *
 * @returns three bytes a pixel
 * @example
 * import { mixBetween, motionBetween } from 'whither/kernels';
 *
 * const [width, height] = [64, 48];
 * const values = (count: number) => new Float32Array(width * height * count);
 * const side = { rgb: new Uint8Array(width * height * 3), flow: values(2), path: values(2) };
 * const still = { ...side, visible: values(1).fill(1), importance: values(1) };
 * const input = { width, height, a: still, b: still, time: 0.5 };
 * const rgb = mixBetween(input, motionBetween(input));
 */
export function mixBetween(
  { width, height, a, b }: BetweenInput,
  layers: readonly [BetweenLayer, BetweenLayer],
): Uint8Array {
  const out = new Uint8Array(3 * width * height);
  const sum = new Float32Array(3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const total = layers[0].weight[i] + layers[1].weight[i];
      sum.fill(0.5);
      for (let k = 0; k < 2; k++) {
        const { places, share, weight } = layers[k];
        const part = total > 0 ? weight[i] / total : 1 - k;
        if (part < NOTHING) continue;
        const [gainA, gainB] = [part * (1 - share[i]), part * share[i]];
        if (gainA > 0) addCubic(a.rgb, width, height, x + places[4 * i], y + places[4 * i + 1], gainA, sum);
        if (gainB > 0)
          addCubic(b.rgb, width, height, x + places[4 * i + 2], y + places[4 * i + 3], gainB, sum);
      }
      for (let c = 0; c < 3; c++) out[3 * i + c] = sum[c] < 0 ? 0 : sum[c] > 255 ? 255 : sum[c];
    }
  return out;
}

/** Weights of the four columns and the four rows about a place, and where these lie. */
const weights = new Float32Array(8);
const columns = new Int32Array(4);

/** Adds the colour at a place, `gain` times. */
function addCubic(
  rgb: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  gain: number,
  sum: Float32Array,
): void {
  const sx = x < 0 ? 0 : x > width - 1 ? width - 1 : x;
  const sy = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const [x0, y0] = [sx | 0, sy | 0];
  setCubic(sx - x0, 0);
  setCubic(sy - y0, 4);
  for (let k = 0; k < 4; k++) columns[k] = 3 * clamp(x0 + k - 1, width);
  for (let j = 0; j < 4; j++) {
    const row = 3 * width * clamp(y0 + j - 1, height);
    const scale = gain * weights[4 + j];
    for (let k = 0; k < 4; k++) {
      const at = row + columns[k];
      const weight = scale * weights[k];
      sum[0] += weight * rgb[at];
      sum[1] += weight * rgb[at + 1];
      sum[2] += weight * rgb[at + 2];
    }
  }
}

const clamp = (at: number, size: number): number => (at < 0 ? 0 : at < size ? at : size - 1);

/** Catmull-Rom's weights of the four samples about a fraction. */
function setCubic(f: number, at: number): void {
  const g = 1 - f;
  weights[at] = -0.5 * f * g * g;
  weights[at + 1] = 1 - f * f * (2.5 - 1.5 * f);
  weights[at + 2] = 1 - g * g * (2.5 - 1.5 * g);
  weights[at + 3] = -0.5 * g * f * f;
}
