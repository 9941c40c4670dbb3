import { resizePlanes } from '../../../kernels/resample/index.ts';
import { applyHomography, composeHomographies, resizeHomography } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import { warpSquare } from './small-image.ts';
import type { SmallImage } from './small-image.ts';

/** Images are compared at this fraction of the network's size, where noise has gone. */
const SHRINK = 2;

/** Pixels to each side whose mean is taken away: what light does to an image is smooth. */
const NEAR = 4;

/** A mean contrast below this, in units of black to white, is rounding: the dark of a night has more. */
const LEAST_CONTRAST = 0.02 / 255;

/** With less than this share of A in B there is nothing to compare. */
const LEAST_COVERAGE = 0.05;

/** A small image ready to be compared. */
export interface Relief {
  readonly image: SmallImage;
  /** Whether there is anything to see. */
  readonly flat: boolean;
}

/** The image at half its size, less its local mean. */
export function makeRelief({ size, data }: SmallImage): Relief {
  const half = size / SHRINK;
  const small = resizePlanes({ channels: 1, height: size, width: size, data }, half, half).data;
  const mean = averageLines(averageLines(small, half, 1, half), half, half, 1);
  const relief = small.map((value, i) => value - mean[i]);
  const contrast = Math.sqrt(relief.reduce((sum, value) => sum + value * value, 0) / relief.length);
  return { image: { size: half, data: relief }, flat: contrast < LEAST_CONTRAST };
}

/** The mean of up to `2 NEAR + 1` values along each line, as far as there are any. */
function averageLines(data: Float32Array, size: number, step: number, pitch: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let line = 0; line < size; line++)
    for (let k = 0; k < size; k++) {
      let sum = 0;
      const [from, to] = [Math.max(0, k - NEAR), Math.min(size - 1, k + NEAR)];
      for (let j = from; j <= to; j++) sum += data[line * pitch + j * step];
      out[line * pitch + k * step] = sum / (to - from + 1);
    }
  return out;
}

/**
 * How alike A and B are where a homography says that both show the same: the correlation coefficient of their reliefs,
 * 1 where one is the other in another light, about 0 where they have nothing in common, 0 where either is flat.
 *
 * @param homography from pixels of the small image A to those of B, before they were halved
 */
export function likenessOf(a: Relief, b: Relief, homography: Homography): number {
  if (a.flat || b.flat) return 0;
  const { size } = a.image;
  const [enlarge, shrink] = [SHRINK, 1 / SHRINK].map((scale) => resizeHomography(scale, scale));
  const halved = composeHomographies(shrink, composeHomographies(homography, enlarge));
  const seen = warpSquare(b.image, halved).data;
  let [products, squaresA, squaresB, count] = [0, 0, 0, 0];
  for (let y = 0, i = 0; y < size; y++)
    for (let x = 0; x < size; x++, i++) {
      const [px, py] = applyHomography(halved, x, y);
      if (!(px >= 0 && py >= 0 && px <= size - 1 && py <= size - 1)) continue;
      const [p, q] = [a.image.data[i], seen[i]];
      products += p * q;
      squaresA += p * p;
      squaresB += q * q;
      count++;
    }
  if (count < LEAST_COVERAGE * size * size) return 0;
  return products / Math.sqrt(squaresA * squaresB) || 0;
}
