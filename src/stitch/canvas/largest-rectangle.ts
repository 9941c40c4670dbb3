import type { Rectangle } from '../types.ts';

/**
 * The largest rectangle of ones in a mask, by the heights of the columns of ones above each row and a stack of those
 * that still grow; null where there is no one.
 *
 * @example
 * import { largestRectangle } from 'whither/stitch';
 *
 * const { width, height, data } = mask;
 * const box = largestRectangle(data, width, height);
 */
export function largestRectangle(mask: Uint8Array, width: number, height: number): Rectangle | null {
  const heights = new Int32Array(width + 1);
  let best: Rectangle | null = null;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) heights[x] = mask[y * width + x] ? heights[x] + 1 : 0;
    const found = widestUnder(heights, y);
    if (found && (!best || found.width * found.height > best.width * best.height)) best = found;
  }
  return best;
}

/** The largest rectangle that stands on row `y`, of columns of the given heights; the last height is 0. */
function widestUnder(heights: Int32Array, y: number): Rectangle | null {
  const starts: number[] = [];
  const levels: number[] = [];
  let best: Rectangle | null = null;
  for (let x = 0; x < heights.length; x++) {
    let start = x;
    while (levels.length && levels[levels.length - 1] >= heights[x]) {
      const level = levels.pop()!;
      start = starts.pop()!;
      const area = level * (x - start);
      if (level > 0 && (!best || area > best.width * best.height))
        best = { x: start, y: y - level + 1, width: x - start, height: level };
    }
    starts.push(start);
    levels.push(heights[x]);
  }
  return best;
}

/** The mask without the pixels at its edge. @param closed whether its left and right edges meet, and are none */
export function shrinkMask(mask: Uint8Array, width: number, height: number, closed = false): Uint8Array {
  const out = new Uint8Array(mask.length);
  const shrink = (k: number, left: number, right: number): number =>
    mask[k] & mask[left] & mask[right] & mask[k - width] & mask[k + width];
  for (let y = 1; y < height - 1; y++) {
    const [first, last] = [y * width, (y + 1) * width - 1];
    for (let k = first + 1; k < last; k++) out[k] = shrink(k, k - 1, k + 1);
    if (!closed) continue;
    out[first] = shrink(first, last, first + 1);
    out[last] = shrink(last, last - 1, first);
  }
  return out;
}
