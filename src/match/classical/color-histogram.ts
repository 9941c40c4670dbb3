import { checkInteger } from '../../core/index.ts';
import type { Descriptors } from '../../features/index.ts';
import type { PatchImage } from '../patch-image.ts';

/**
 * The share of the pixels in each of `bins` x `bins` x `bins` cells of RGB (Swain and Ballard 1991), red slowest. Made
 * to be compared by L1, which is then from 0 (same colours) to 2 (none in common). Grey images lie on the diagonal.
 *
 * @param bins cells a channel, defaults to 8
 */
export function describeColorHistograms(images: readonly PatchImage[], bins = 8): Descriptors {
  checkInteger(bins, 'bins', 1, 64);
  const length = bins ** 3;
  const data = new Float32Array(images.length * length);
  images.forEach((image, i) => countColors(image, bins, data.subarray(i * length, (i + 1) * length)));
  return { count: images.length, length, data };
}

function countColors({ width, height, data }: PatchImage, bins: number, out: Float32Array): void {
  const pixels = width * height;
  const grey = data.length === pixels;
  const cell = Uint8Array.from({ length: 256 }, (_, value) => Math.floor((value * bins) / 256));
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = grey ? [i, i, i] : [3 * i, 3 * i + 1, 3 * i + 2];
    out[(cell[data[red]] * bins + cell[data[green]]) * bins + cell[data[blue]]]++;
  }
  for (let k = 0; k < out.length; k++) out[k] /= pixels;
}
