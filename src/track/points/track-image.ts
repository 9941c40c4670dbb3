import { greyOf } from '../../../kernels/grey/index.ts';
import { averageSquares } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import type { Image, ScalarField, Size } from '../../core/index.ts';

/** Pixels to a side of a cell of `small`. */
export const SHRINK = 4;

/** A frame as the tracker reads it. */
export interface TrackImage extends Size {
  /** 0 to 255, interleaved. */
  readonly rgb: Uint8Array;
  /** 0 to 255, not rounded. */
  readonly grey: Float32Array;
  /** Standard deviation of the noise of `grey`, 1 to 10. */
  readonly noise: number;
  /** `grey` shrunk by `SHRINK`, made when it is first asked for. */
  small(): ScalarField;
  /** Of the square of `side` cells about each cell of `small`: the length of its grey without the mean; 0 near the border. */
  contrast(side: number): Float32Array;
}

/** Prepares a frame for the tracker. */
export function trackImage({ width, height, data }: Image): TrackImage {
  const grey = greyOf(data);
  let small: ScalarField | undefined;
  let contrast: Float32Array | undefined;
  const shrunken = (): ScalarField => (small ??= averageSquares(wholeCells(grey, width, height), SHRINK));
  return {
    width,
    height,
    rgb: data,
    grey,
    noise: noiseOf(grey, width, height),
    small: shrunken,
    contrast: (side) => (contrast ??= contrastOf(shrunken(), side)),
  };
}

/** The image without the rows and columns that make no whole cell. */
function wholeCells(grey: Float32Array, width: number, height: number): FeatureMap {
  const size = { width: width - (width % SHRINK), height: height - (height % SHRINK) };
  if (size.width === width && size.height === height) return { channels: 1, ...size, data: grey };
  const data = new Float32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++)
    data.set(grey.subarray(y * width, y * width + size.width), y * size.width);
  return { channels: 1, ...size, data };
}

/** By sums over columns, then over rows. */
function contrastOf({ width, height, data }: ScalarField, side: number): Float32Array {
  const reach = (side - 1) / 2;
  const out = new Float32Array(width * height);
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  for (let y = reach; y < height - reach; y++) {
    sums.fill(0);
    squares.fill(0);
    for (let row = y - reach; row <= y + reach; row++)
      for (let x = 0; x < width; x++) {
        sums[x] += data[row * width + x];
        squares[x] += data[row * width + x] ** 2;
      }
    for (let x = reach; x < width - reach; x++) {
      let [sum, square] = [0, 0];
      for (let k = x - reach; k <= x + reach; k++) {
        sum += sums[k];
        square += squares[k];
      }
      out[y * width + x] = Math.sqrt(Math.max(0, square - (sum * sum) / (side * side)));
    }
  }
  return out;
}

/** Grey levels: rounding alone makes some noise, and what exceeds the most is texture. */
const LEAST_NOISE = 1;
const MOST_NOISE = 10;

/** Pixels between samples of the noise: enough of them in an image of any usual size. */
const STEP = 5;

/**
 * By the second differences both ways, to which edges and slopes add little (Immerkaer 1996); their median, to which the
 * strong ones add nothing.
 */
function noiseOf(grey: Float32Array, width: number, height: number): number {
  const found: number[] = [];
  for (let y = 1; y < height - 1; y += STEP)
    for (let x = 1; x < width - 1; x += STEP) {
      const i = y * width + x;
      const row = (at: number): number => grey[at - 1] - 2 * grey[at] + grey[at + 1];
      found.push(Math.abs(row(i - width) - 2 * row(i) + row(i + width)));
    }
  if (!found.length) return LEAST_NOISE;
  found.sort((a, b) => a - b);
  // The sum of the squared weights is 36, and half of a normal distribution lies within 0.6745 deviations.
  return Math.min(Math.max(found[found.length >> 1] / 6 / 0.6745, LEAST_NOISE), MOST_NOISE);
}
