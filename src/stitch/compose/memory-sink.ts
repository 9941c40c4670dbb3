import type { Image, Mask } from '../../core/index.ts';
import type { Rectangle, TileSink } from '../types.ts';

/** A panorama in memory. */
export interface MemorySink extends TileSink {
  readonly image: Image;
  /** 1 where an image covers it, if parts came with that. */
  readonly covered?: Mask;
}

/** Puts the parts of a panorama together in memory. */
export function createMemorySink(width: number, height: number): MemorySink {
  const image: Image = { width, height, data: new Uint8Array(width * height * 3) };
  let mask: Mask | undefined;
  return {
    image,
    get covered() {
      return mask;
    },
    write(area, data, covered) {
      putRows(image.data, width, area, data, 3);
      if (covered) {
        mask ??= { width, height, data: new Uint8Array(width * height) };
        putRows(mask.data, width, area, covered, 1);
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
}

function putRows(
  target: Uint8Array,
  pitch: number,
  { x, y, width, height }: Rectangle,
  data: Uint8Array,
  channels: number,
): void {
  const row = width * channels;
  for (let j = 0; j < height; j++)
    target.set(data.subarray(j * row, (j + 1) * row), ((y + j) * pitch + x) * channels);
}
