import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FIXTURES } from '../../../fixtures/index.ts';
import { transformPoints } from '../../../src/core/homography.ts';
import type { Homography } from '../../../src/core/homography.ts';
import { readImage } from '../../../src/index.ts';
import { loadHomographyModel } from '../../../src/api/geometry.ts';
import { lookBothWays } from '../../../src/match/homography/iterate-homography.ts';
import { shrinkToSquare } from '../../../src/match/homography/small-image.ts';
import { TOLERANCE } from '../../tolerances.ts';
import '../../matchers.ts';

/** The matrices that PyTorch gives after each look, nine numbers each: float32 behind a header of 128 bytes. */
function readGolden(): Homography[] {
  const bytes = readFileSync(`${FIXTURES.golden}/homography.npy`);
  const values = new Float32Array(new Uint8Array(bytes.subarray(128)).buffer);
  return Array.from(
    { length: values.length / 9 },
    (_, i) => [...values.subarray(9 * i, 9 * i + 9)] as unknown as Homography,
  );
}

test('every look moves the corners as PyTorch does with the same weights', async () => {
  await using model = await loadHomographyModel();
  const { size, range } = model.manifest.input;
  const images = [await readImage(FIXTURES.goldenA), await readImage(FIXTURES.goldenB)];
  const [a, b] = images.map((image) => shrinkToSquare(image, size, range));
  const golden = readGolden();
  const corners = [0, 0, size - 1, 0, size - 1, size - 1, 0, size - 1];
  expect(golden).toHaveLength(model.manifest.looks);
  for (const [i, wanted] of golden.entries()) {
    const [homography] = await lookBothWays(model, a, b, i + 1);
    const moved = transformPoints(homography, corners);
    expect(moved).toBeCloseToArray(transformPoints(wanted, corners), TOLERANCE.networkCorners);
  }
});
