import { expect, test } from 'vitest';
import { padPlanes } from '../../../kernels/resample/index.ts';

test('padding repeats the last column and the last row', () => {
  const data = Float32Array.from({ length: 12 }, (_, i) => i);
  const padded = padPlanes({ channels: 2, height: 2, width: 3, data }, 4);
  expect(padded).toMatchObject({ channels: 2, height: 4, width: 4 });
  expect([...padded.data]).toEqual([
    ...[0, 1, 2, 2, 3, 4, 5, 5, 3, 4, 5, 5, 3, 4, 5, 5],
    ...[6, 7, 8, 8, 9, 10, 11, 11, 9, 10, 11, 11, 9, 10, 11, 11],
  ]);
});

test('planes that fit are not copied', () => {
  const planes = { channels: 1, height: 4, width: 8, data: new Float32Array(32) };
  expect(padPlanes(planes, 4)).toBe(planes);
});

test('one pixel fills all that it is padded to', () => {
  const padded = padPlanes({ channels: 3, height: 1, width: 1, data: Float32Array.of(1, 2, 3) }, 64);
  expect(padded).toMatchObject({ channels: 3, height: 64, width: 64 });
  expect(padded.data.slice(64 * 64, 2 * 64 * 64).every((value) => value === 2)).toBe(true);
});
