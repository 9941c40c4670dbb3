import { describe, expect, test } from 'vitest';
import { findSeams, growSeams } from '../../src/stitch/seams/seams.ts';
import type { WarpedView } from '../../src/stitch/canvas/warp-view.ts';

const WIDTH = 60;
const HEIGHT = 20;

/** A view of columns `from` to below `to` whose red is given by the column. */
function strip(from: number, to: number, red: (x: number, y: number) => number): WarpedView {
  const area = { x: from, y: 0, width: to - from, height: HEIGHT };
  const inside = new Uint8Array(area.width * HEIGHT).fill(1);
  const rgb = new Uint8Array(inside.length * 3);
  for (let k = 0; k < inside.length; k++)
    rgb[3 * k] = red((k % area.width) + from, Math.floor(k / area.width));
  return { area, inside, rgb };
}

describe('seams', () => {
  test('run where two images agree, around what differs', () => {
    // They share columns 20 to 39 and show the same in columns 33 to 35 alone.
    const agree = (x: number): boolean => x >= 33 && x <= 35;
    const a = strip(0, 40, () => 100);
    const b = strip(20, 60, (x) => (agree(x) ? 100 : 200));
    const { owners } = findSeams([a, b], WIDTH, HEIGHT);
    for (let y = 0; y < HEIGHT; y++) {
      const first = owners.subarray(y * WIDTH, (y + 1) * WIDTH).indexOf(1);
      expect(first).toBeGreaterThanOrEqual(33);
      expect(first).toBeLessThanOrEqual(36);
    }
  });

  test('lie half way where nothing differs', () => {
    const { owners } = findSeams([strip(0, 40, () => 9), strip(20, 60, () => 9)], WIDTH, HEIGHT);
    const first = owners.subarray(10 * WIDTH, 11 * WIDTH).indexOf(1);
    expect(Math.abs(first - 30)).toBeLessThanOrEqual(1);
  });

  test('leave nothing that an image shows without an owner, and blank what none shows', () => {
    const views = [strip(0, 25, (x) => x), strip(15, 50, (x, y) => x + y)];
    const { owners } = findSeams(views, WIDTH, HEIGHT);
    owners.forEach((owner, k) => expect(owner >= 0).toBe(k % WIDTH < 50));
    expect(growSeams({ width: WIDTH, height: HEIGHT, owners }, 2).owners[52]).toBe(-1);
    expect(growSeams({ width: WIDTH, height: HEIGHT, owners }, 3).owners[52]).toBe(1);
  });

  test('an image that lies inside of another does no harm', () => {
    const { owners } = findSeams([strip(0, 60, () => 50), strip(20, 40, () => 50)], WIDTH, HEIGHT);
    expect(owners.every((owner) => owner >= 0)).toBe(true);
  });
});
