import type { FeatureMap } from '../types.ts';

/** The definition of `warpBackward`, one sample at a time; the fast version is tested against it. */
export function warpBackwardReference(planes: FeatureMap, flow: Float32Array): FeatureMap {
  const { channels, height, width, data } = planes;
  const out = new Float32Array(data.length);
  const value = (c: number, y: number, x: number): number =>
    x >= 0 && x < width && y >= 0 && y < height ? data[(c * height + y) * width + x] : 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const sx = x + flow[(y * width + x) * 2];
        const sy = y + flow[(y * width + x) * 2 + 1];
        if (Number.isNaN(sx) || Number.isNaN(sy)) continue;
        const x0 = Math.floor(sx);
        const y0 = Math.floor(sy);
        const top = value(c, y0, x0) * (x0 + 1 - sx) + value(c, y0, x0 + 1) * (sx - x0);
        const bottom = value(c, y0 + 1, x0) * (x0 + 1 - sx) + value(c, y0 + 1, x0 + 1) * (sx - x0);
        out[(c * height + y) * width + x] = top * (y0 + 1 - sy) + bottom * (sy - y0);
      }
  return { channels, height, width, data: out };
}
