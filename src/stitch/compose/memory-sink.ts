import type { Image } from '../../core/index.ts';
import type { TileSink } from '../types.ts';

/** Puts the parts of a panorama together in memory. */
export function createMemorySink(width: number, height: number): TileSink & { readonly image: Image } {
  const image: Image = { width, height, data: new Uint8Array(width * height * 3) };
  return {
    image,
    write(area, data) {
      for (let y = 0; y < area.height; y++)
        image.data.set(
          data.subarray(y * area.width * 3, (y + 1) * area.width * 3),
          ((y + area.y) * width + area.x) * 3,
        );
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
}
