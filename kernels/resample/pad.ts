import type { FeatureMap } from '../types.ts';

/**
 * Repeats the last column and the last row until both sizes are multiples of `multiple`.
 *
 * @returns the planes themselves where they fit already
 */
export function padPlanes(planes: FeatureMap, multiple: number): FeatureMap {
  const { channels, height, width } = planes;
  const paddedWidth = Math.ceil(width / multiple) * multiple;
  const paddedHeight = Math.ceil(height / multiple) * multiple;
  if (paddedWidth === width && paddedHeight === height) return planes;
  const data = new Float32Array(channels * paddedHeight * paddedWidth);
  for (let c = 0; c < channels; c++) {
    const plane = c * paddedHeight * paddedWidth;
    for (let y = 0; y < height; y++) {
      const from = (c * height + y) * width;
      const to = plane + y * paddedWidth;
      data.set(planes.data.subarray(from, from + width), to);
      data.fill(data[to + width - 1], to + width, to + paddedWidth);
    }
    const last = plane + (height - 1) * paddedWidth;
    for (let y = height; y < paddedHeight; y++)
      data.copyWithin(plane + y * paddedWidth, last, last + paddedWidth);
  }
  return { channels, height: paddedHeight, width: paddedWidth, data };
}
