import { checkInteger, sampleBilinear } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { asGrey, blurGaussian, halveSize } from '../scale-space/index.ts';
import type { Grey, Keypoints, Patches } from '../types.ts';

/**
 * Cuts a square patch around every keypoint, turned to its direction, so that the patch's x axis is the keypoint's.
 * Samples are bilinear; where they lie two pixels apart or more, they come from an image of half the size, and so on.
 * Beyond the border its nearest pixel is repeated.
 *
 * @param size pixels along each side of a patch
 * @param extent side of the square in the image, in multiples of the keypoint's scale
 * @example
 * import { detectKeypoints, extractPatches } from 'whither/features';
 *
 * const { count, data } = extractPatches(image, detectKeypoints(image), 32, 12);
 */
export function extractPatches(
  image: Image | Grey,
  { points, scales, angles }: Keypoints,
  size: number,
  extent: number,
): Patches {
  checkInteger(size, 'size', 2, 1024);
  const count = scales.length;
  const levels = [asGrey(image)];
  const data = new Float32Array(count * size * size);
  for (let i = 0; i < count; i++) {
    const spacing = (extent * scales[i]) / size;
    const k = Math.max(0, Math.floor(Math.log2(spacing)));
    while (levels.length <= k) levels.push(halveSize(blurGaussian(levels[levels.length - 1], 1)));
    const scale = 2 ** k;
    cutPatch(
      levels[k],
      { x: points[2 * i] / scale, y: points[2 * i + 1] / scale, spacing: spacing / scale, angle: angles[i] },
      size,
      data.subarray(i * size * size, (i + 1) * size * size),
    );
  }
  return { count, size, data };
}

/** Where a patch lies in an image: its centre, the distance of its pixels, and the direction of its x axis. */
interface PatchFrame {
  readonly x: number;
  readonly y: number;
  readonly spacing: number;
  readonly angle: number;
}

function cutPatch(image: Grey, { x, y, spacing, angle }: PatchFrame, size: number, out: Float32Array): void {
  const cos = Math.cos(angle) * spacing;
  const sin = Math.sin(angle) * spacing;
  const middle = (size - 1) / 2;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const u = column - middle;
      const v = row - middle;
      out[row * size + column] = sampleBilinear(image, x + cos * u - sin * v, y + sin * u + cos * v);
    }
}
