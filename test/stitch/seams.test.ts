import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/geometry/random.ts';
import { distanceInside } from '../../src/stitch/distance.ts';
import { minimumCut } from '../../src/stitch/max-flow.ts';
import type { GridGraph } from '../../src/stitch/max-flow.ts';
import { findSeams, growSeams } from '../../src/stitch/seams.ts';
import type { WarpedView } from '../../src/stitch/warp-view.ts';

/** What a labelling costs: ties between different sides, and terminals on the wrong side. */
function costOf({ width, height, terminals, right, down }: GridGraph, side: ArrayLike<number>): number {
  let cost = 0;
  for (let k = 0; k < width * height; k++) {
    if (terminals[k] > 0 && side[k]) cost += terminals[k];
    if (terminals[k] < 0 && !side[k]) cost -= terminals[k];
    if ((k % width) + 1 < width && side[k] !== side[k + 1]) cost += right[k];
    if (k + width < width * height && side[k] !== side[k + width]) cost += down[k];
  }
  return cost;
}

describe('the minimum cut', () => {
  test('costs what the cheapest of all labellings of a small grid costs, 60 times', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = createRandom(seed);
      const draw = (least: number, most: number) =>
        Int32Array.from({ length: 9 }, () => least + Math.floor(random() * (most - least + 1)));
      const graph = { width: 3, height: 3, terminals: draw(-9, 9), right: draw(0, 7), down: draw(0, 7) };
      let best = Infinity;
      for (let labels = 0; labels < 1 << 9; labels++)
        best = Math.min(
          best,
          costOf(
            graph,
            Array.from({ length: 9 }, (_, k) => (labels >> k) & 1),
          ),
        );
      expect(costOf(graph, minimumCut(graph))).toBe(best);
    }
  });

  test('goes through the cheap column', () => {
    const [width, height] = [9, 5];
    const terminals = new Int32Array(45);
    for (let y = 0; y < height; y++) [terminals[y * width], terminals[y * width + 8]] = [1e6, -1e6];
    const right = Int32Array.from({ length: 45 }, (_, k) => (k % width === 5 ? 1 : 50));
    const side = minimumCut({ width, height, terminals, right, down: new Int32Array(45).fill(50) });
    expect([...side]).toEqual(Array.from({ length: 45 }, (_, k) => (k % width > 5 ? 1 : 0)));
  });
});

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
  test('run where two pictures agree, around what differs', () => {
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

  test('leave nothing that a picture shows without an owner, and blank what none shows', () => {
    const views = [strip(0, 25, (x) => x), strip(15, 50, (x, y) => x + y)];
    const { owners } = findSeams(views, WIDTH, HEIGHT);
    owners.forEach((owner, k) => expect(owner >= 0).toBe(k % WIDTH < 50));
    expect(growSeams({ width: WIDTH, height: HEIGHT, owners }, 2).owners[52]).toBe(-1);
    expect(growSeams({ width: WIDTH, height: HEIGHT, owners }, 3).owners[52]).toBe(1);
  });

  test('a picture that lies inside of another does no harm', () => {
    const { owners } = findSeams([strip(0, 60, () => 50), strip(20, 40, () => 50)], WIDTH, HEIGHT);
    expect(owners.every((owner) => owner >= 0)).toBe(true);
  });
});

test('distances grow from the edge inwards', () => {
  const d = distanceInside(new Uint8Array(35).fill(1), 7, 5);
  expect([...d.subarray(14, 21)]).toEqual([1, 2, 3, 3, 3, 2, 1]);
});
