import type { Mask, Size } from '../../core/index.ts';

/** Which pixels of an image may be used. */
export interface ViewMask {
  readonly mask: Mask;
  /** Of each corner of the mask's pixels, `width + 1` a row: how many above and to the left of it may not be used. */
  readonly sums: Uint32Array;
}

/** Prepares a mask, which is laid over the whole image, for {@link maskHolds} and {@link countMasked}. */
export function prepareMask(mask: Mask): ViewMask {
  const { width, height, data } = mask;
  const pitch = width + 1;
  const sums = new Uint32Array(pitch * (height + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0, row = 0; x < width; x++) {
      row += data[y * width + x] ? 0 : 1;
      sums[(y + 1) * pitch + x + 1] = sums[y * pitch + x + 1] + row;
    }
  return { mask, sums };
}

const place = (at: number, size: number, length: number): number =>
  Math.max(0, Math.min(length - 1, Math.floor(((at + 0.5) * length) / size)));

/** Whether the pixel of an image of `size` at a place may be used. */
export const maskHolds = ({ mask }: ViewMask, { width, height }: Size, x: number, y: number): boolean =>
  mask.data[place(y, height, mask.height) * mask.width + place(x, width, mask.width)] !== 0;

/** How much of a rectangle of an image of `size`, from one place to another, may not be used: none, some or all of it. */
export function countMasked(
  { mask, sums }: ViewMask,
  { width, height }: Size,
  [left, top, right, bottom]: readonly [left: number, top: number, right: number, bottom: number],
): 'none' | 'some' | 'all' {
  const [x0, x1] = [place(left, width, mask.width), place(right, width, mask.width) + 1];
  const [y0, y1] = [place(top, height, mask.height), place(bottom, height, mask.height) + 1];
  const at = (x: number, y: number): number => sums[y * (mask.width + 1) + x];
  const count = at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0);
  if (count === 0) return 'none';
  return count === (x1 - x0) * (y1 - y0) ? 'all' : 'some';
}
