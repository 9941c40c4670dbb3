/** Feature maps for tests and benches. */

import type { FeatureMap } from '../../kernels/index.ts';
import { seeded } from '../flow/fields.ts';

/** Values from -1 to 1, the same for the same seed. */
export function randomFeatures(channels: number, height: number, width: number, seed: number): FeatureMap {
  const random = seeded(seed);
  const data = Float32Array.from({ length: channels * height * width }, () => random() * 2 - 1);
  return { channels, height, width, data };
}

/** A map of one value at one cell of one channel. */
export function impulse(
  channels: number,
  height: number,
  width: number,
  [c, y, x]: readonly [number, number, number],
): FeatureMap {
  const data = new Float32Array(channels * height * width);
  data[(c * height + y) * width + x] = 1;
  return { channels, height, width, data };
}

/** What stood at (x, y) stands at (x + dx, y + dy); zeros come in. */
export function translate(map: FeatureMap, dx: number, dy: number): FeatureMap {
  const { channels, height, width } = map;
  const data = new Float32Array(map.data.length);
  for (let c = 0; c < channels; c++)
    for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++)
      for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++)
        data[(c * height + y) * width + x] = map.data[(c * height + y - dy) * width + x - dx];
  return { channels, height, width, data };
}

/** Every feature vector of length 1, so that none scores higher with another than with itself. */
export function normalized(map: FeatureMap): FeatureMap {
  const { channels, height, width } = map;
  const cells = height * width;
  const data = map.data.map((value, i) => {
    let square = 0;
    for (let c = 0; c < channels; c++) square += map.data[c * cells + (i % cells)] ** 2;
    return value / Math.sqrt(square);
  });
  return { ...map, data };
}
