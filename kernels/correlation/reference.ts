import type { Backend } from './backend.ts';
import type { CorrelationScale, CorrelationSpec, CostVolume, FeatureMap } from '../types.ts';

/** The number that dot products over `channels` values are multiplied by. */
export function scaleFactor(scale: CorrelationScale, channels: number): number {
  return { none: 1, mean: 1 / channels, sqrt: 1 / Math.sqrt(channels) }[scale];
}

/**
 * Local correlation as it is defined (Dosovitskiy 2015, section 3, with patches of one cell), summed in
 * double precision. It is the meaning that the fast backends are tested against, and is never optimised.
 */
export function correlateReference(spec: CorrelationSpec, a: FeatureMap, b: FeatureMap): CostVolume {
  const { channels, height, width, radius, step } = spec;
  const factor = scaleFactor(spec.scale, channels);
  const data: number[] = [];
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let c = 0; c < channels; c++)
            sum += valueAt(a, c, y, x) * valueAt(b, c, y + dy * step, x + dx * step);
          data.push(sum * factor);
        }
  return { displacements: (2 * radius + 1) ** 2, height, width, data: Float32Array.from(data) };
}

/** One value of a map; 0 outside it. */
function valueAt(map: FeatureMap, c: number, y: number, x: number): number {
  if (y < 0 || y >= map.height || x < 0 || x >= map.width) return 0;
  return map.data[(c * map.height + y) * map.width + x];
}

/** The definition behind the interface of the others. */
export const backend: Backend = {
  unavailable: () => Promise.resolve(null),
  prepare: ({ channels, height, width, ...rest }) => {
    const size = { channels, height, width };
    return Promise.resolve({
      run(a, b, out) {
        const volume = correlateReference({ ...size, ...rest }, { ...size, data: a }, { ...size, data: b });
        out.set(volume.data);
        return Promise.resolve();
      },
      dispose() {
        // Nothing is held.
      },
    });
  },
};
