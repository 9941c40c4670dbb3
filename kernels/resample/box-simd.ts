import type { FeatureMap } from '../types.ts';
import { moveRows, placeRegions, resampleEngine, roomBeside } from './engine.ts';

const { ceil, floor, min } = Math;

/** Bytes of a strip that is worked on at once: it stays in the cache. */
const STRIP = 2 ** 18;

/** The mean over squares of 2 x 2; null where this cannot do it: no SIMD here, or rows too long for its memory. */
export function halvePlanesSimd({ channels, ...from }: FeatureMap): FeatureMap | null {
  const engine = resampleEngine();
  const [width, height] = [from.width / 2, from.height / 2];
  const rows = channels * height;
  const [pitch, pair] = [ceil(width / 4) * 4, 2 * from.width];
  const bytes = (pair + pitch) * 4;
  const rowsAtOnce = min(rows, ceil(STRIP / bytes), floor((roomBeside() - 256) / bytes));
  const places = rowsAtOnce && placeRegions([rowsAtOnce * pair * 4, rowsAtOnce * pitch * 4]);
  if (!engine || !places) return null;
  const [source, target] = places;
  const data = new Float32Array(rows * width);
  for (let top = 0; top < rows; top += rowsAtOnce) {
    const count = min(rowsAtOnce, rows - top);
    engine.floats.set(from.data.subarray(top * pair, (top + count) * pair), source / 4);
    for (let y = 0; y < count; y++) {
      const upper = source + y * pair * 4;
      const to = target + y * pitch * 4;
      engine.kernel.halvePlane(upper, upper + from.width * 4, to, to + width * 4);
    }
    moveRows(engine.floats, target / 4, pitch, data, top * width, width, width, count);
  }
  return { channels, height, width, data };
}
