import { expect, it } from 'vitest';
import { distanceInside, distanceReference } from '../../../kernels/distance/index.ts';
import { createRandom } from '../../../src/geometry/robust/random.ts';
import { compiled } from '../compiled.ts';

it.each([
  ['defined', distanceReference],
  ['compiled', (...mask: Parameters<typeof distanceInside>) => compiled(() => distanceInside(...mask))],
])('distances as %s grow from the edge inwards', (_, find) => {
  const d = find(new Uint8Array(35).fill(1), 7, 5);
  expect([...d.subarray(14, 21)]).toEqual([1, 2, 3, 3, 3, 2, 1]);
});

it.each([
  [1, 1, 0.5],
  [3, 40, 0.02],
  [64, 9, 0.1],
  [131, 77, 0.003],
  [40, 30, 0],
  [9, 9, 1],
])(
  'the kernel finds those of the definition on %i x %i with a share of %d outside',
  (width, height, share) => {
    for (let seed = 1; seed <= 3; seed++) {
      const random = createRandom(seed);
      const mask = Uint8Array.from({ length: width * height }, () => (random() < share ? 0 : 1));
      const found = compiled(() => distanceInside(mask, width, height));
      expect(found).toEqual(distanceReference(mask, width, height));
    }
  },
);
