import { createCorrespondences } from '../../src/core/correspondences.ts';
import type { Correspondences } from '../../src/core/correspondences.ts';
import { transformPoints } from '../../src/core/homography.ts';
import type { Matrix3 } from '../../src/core/homography.ts';
import { createRandom } from '../../src/geometry/index.ts';

/** Maps of each kind, from an image of 800 x 600. */
export const MAPS: Readonly<Record<'translation' | 'similarity' | 'affine' | 'homography', Matrix3>> = {
  translation: [1, 0, 40, 0, 1, -25, 0, 0, 1],
  similarity: [0.8, -0.3, 120, 0.3, 0.8, -60, 0, 0, 1],
  affine: [0.9, 0.25, 10, -0.1, 1.2, 35, 0, 0, 1],
  homography: [0.9, 0.2, 30, -0.15, 1.1, 20, 2e-4, -1e-4, 1],
};

/** Numbers of mean 0 and deviation 1. */
export function createNormal(seed: number): () => number {
  const random = createRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `right` points that follow the map but for noise, then `wrong` ones that lie anywhere. */
export function scatter(map: Matrix3, right: number, wrong: number, noise = 0, seed = 7): Correspondences {
  const random = createRandom(seed);
  const normal = createNormal(seed + 1);
  const a = Array.from({ length: 2 * (right + wrong) }, (_, i) => random() * (i % 2 ? 600 : 800));
  const moved = transformPoints(map, a);
  const b = a.map((_, i) => (i < 2 * right ? moved[i] + noise * normal() : random() * (i % 2 ? 600 : 800)));
  return createCorrespondences(a, b);
}

/**
 * Points of space that two cameras see, the second turned and moved; the last `wrong` of them mismatched.
 *
 * @param flat so many of the first lie in one plane
 */
export function scatterViews(right: number, wrong: number, noise = 0, flat = 0): Correspondences {
  const random = createRandom(3);
  const normal = createNormal(4);
  const [a, b]: [number[], number[]] = [[], []];
  const [cos, sin] = [Math.cos(0.2), Math.sin(0.2)];
  for (let i = 0; i < right + wrong; i++) {
    const [x, y, depth] = [4 * random() - 2, 3 * random() - 1.5, 4 + 4 * random()];
    const z = i < flat ? 6 + 0.4 * x - 0.2 * y : depth;
    const [u, w] = [cos * x - sin * z + 1.2, sin * x + cos * z];
    a.push(400 + (500 * x) / z, 300 + (500 * y) / z);
    if (i < right)
      b.push(400 + (500 * u) / w + noise * normal(), 300 + (500 * (y + 0.2)) / w + noise * normal());
    else b.push(800 * random(), 600 * random());
  }
  return createCorrespondences(a, b);
}
