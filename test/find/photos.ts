import type { Image } from '../../src/core/index.ts';
import { readImage } from '../../src/io/index.ts';

/** The photos of fixtures/images: two views of a box, two cats. */
export async function readFixtures(): Promise<Record<'boxA' | 'boxB' | 'catA' | 'catB', Image>> {
  const [boxA, boxB, catA, catB] = await Promise.all(
    ['box-a', 'box-b', 'cat-a', 'cat-b'].map((name) => readImage(`fixtures/images/${name}.jpg`)),
  );
  return { boxA, boxB, catA, catB };
}
