import type { Color, Rectangle } from '../../core/index.ts';
import { ownerAt } from '../seams/index.ts';
import type { OwnerMap } from '../seams/index.ts';

/** What is shown where no image is: a colour, 0 to 255 each, or nothing. */
export type Background = Color | 'transparent';

/** 1 for each pixel of an area within a map that has an owner. */
export function coveredOf(map: OwnerMap, { x, y, width, height }: Rectangle): Uint8Array {
  const [left, top] = [x - map.area.x, y - map.area.y];
  return Uint8Array.from({ length: width * height }, (_, k) =>
    ownerAt(map, left + (k % width), top + Math.floor(k / width)) < 0 ? 0 : 1,
  );
}

/** Gives the pixels that no image covers a colour. */
export function fillBlanks(data: Uint8Array, covered: Uint8Array, colour: Color): void {
  for (let k = covered.indexOf(0); k >= 0; k = covered.indexOf(0, k + 1)) data.set(colour, 3 * k);
}
