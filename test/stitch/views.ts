import { applyHomography, invertHomography, multiply3 } from '../../src/core/homography.ts';
import type { Matrix3 } from '../../src/core/homography.ts';
import type { Image } from '../../src/core/types.ts';
import { createRandom } from '../../src/geometry/robust/random.ts';
import { pixelToRay } from '../../src/stitch/cameras/rotation-cameras.ts';

export { cutView, turn, warpPhoto } from '../../fixtures/cut-views.ts';
import type { Size } from '../../src/core/types.ts';

/** An image with something to see everywhere: blobs of all sizes, the same for the same seed. */
export function drawScene(width: number, height: number, seed = 1, blobs = 900): Image {
  const random = createRandom(seed);
  const data = new Uint8Array(width * height * 3).fill(110);
  for (let k = 0; k < blobs; k++) {
    const [cx, cy] = [random() * width, random() * height];
    const radius = 2 + 14 * random() ** 3;
    const colour = [random() * 255, random() * 255, random() * 255];
    for (let y = Math.max(0, Math.floor(cy - radius)); y < Math.min(height, cy + radius); y++)
      for (let x = Math.max(0, Math.floor(cx - radius)); x < Math.min(width, cx + radius); x++) {
        const share = Math.min(1, Math.max(0, radius - Math.hypot(x - cx, y - cy)));
        for (let c = 0; c < 3; c++) {
          const o = (y * width + x) * 3 + c;
          data[o] = data[o] * (1 - share) + colour[c] * share;
        }
      }
  }
  return { width, height, data };
}

/** Points of A spread over its frame and where they lie in B, with noise, as far as B shows them. */
export function drawPoints(
  homographyAB: Matrix3,
  sizeA: Size,
  sizeB: Size,
  count: number,
  noise: number,
  seed = 1,
): { pointsA: Float64Array; pointsB: Float64Array } {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const [a, b]: [number[], number[]] = [[], []];
  for (let k = 0; k < count * 20 && a.length < count * 2; k++) {
    const [x, y] = [random() * (sizeA.width - 1), random() * (sizeA.height - 1)];
    const [u, v] = applyHomography(homographyAB, x, y);
    const w = homographyAB[6] * x + homographyAB[7] * y + homographyAB[8];
    if (!(w > 0 && u >= 0 && v >= 0 && u < sizeB.width && v < sizeB.height)) continue;
    a.push(x, y);
    b.push(u + noise * normal(), v + noise * normal());
  }
  return { pointsA: Float64Array.from(a), pointsB: Float64Array.from(b) };
}

/** From A's pixels to B's, both of which turn about one point. */
export function homographyOfTurn(
  rotationA: Matrix3,
  rotationB: Matrix3,
  focal: number,
  size: Size,
  focalB = focal,
): Matrix3 {
  const toRay = multiply3(rotationA, pixelToRay(focal, size));
  return multiply3(invertHomography(multiply3(rotationB, pixelToRay(focalB, size))), toRay);
}

/** A rectangle of an image. */
export function cutFrame(image: Image, left: number, top: number, width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((y + top) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}
