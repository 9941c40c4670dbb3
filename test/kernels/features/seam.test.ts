import { describe, expect, it } from 'vitest';
import { distanceInside } from '../../../kernels/distance/index.ts';
import { weighReference, weighSeam } from '../../../kernels/seam/index.ts';
import type { SeamLayer, Window } from '../../../kernels/seam/index.ts';
import { createRandom } from '../../../src/geometry/robust/random.ts';
import { compiled } from '../compiled.ts';

/** A layer of noise that shows all but some corners. */
function layerOf(area: Window, seed: number): SeamLayer {
  const random = createRandom(seed);
  const count = area.width * area.height;
  const inside = Uint8Array.from({ length: count }, (_, k) => {
    const [x, y] = [k % area.width, Math.floor(k / area.width)];
    return x + y > 4 && x - y < area.width - 3 && (y > 2 || x < 20) ? 1 : 0;
  });
  const rgb = Uint8Array.from({ length: 3 * count }, () => 256 * random());
  return { area, rgb, inside, depth: distanceInside(inside, area.width, area.height) };
}

const old = layerOf({ x: 0, y: 0, width: 70, height: 50 }, 1);

describe('the weights of a seam', () => {
  it.each([
    ['all of the new layer', { x: 20, y: 10, width: 30, height: 25 }, undefined],
    ['a part of it', { x: 20, y: 10, width: 40, height: 25 }, { x: 23, y: 12, width: 21, height: 9 }],
    ['the canvas', { x: 0, y: 0, width: 70, height: 50 }, undefined],
    ['a corner of the canvas', { x: 61, y: 43, width: 9, height: 7 }, undefined],
    ['a column', { x: 5, y: 20, width: 1, height: 12 }, undefined],
  ])('are those of the definition for %s', (_, area, part) => {
    const fresh = layerOf(area, 2);
    const window = part ?? area;
    const exact = weighReference(fresh, old, window);
    const fast = compiled(() => weighSeam(fresh, old, window));
    expect(fast.terminals).toEqual(exact.terminals);
    for (const ties of ['right', 'down'] as const)
      fast[ties].forEach((value, k) => {
        // Rounded from 32 bits instead of 64.
        expect(Math.abs(value - exact[ties][k])).toBeLessThanOrEqual(1);
      });
  });

  it.each([
    ['defined', weighReference],
    ['compiled', (...layers: Parameters<typeof weighSeam>) => compiled(() => weighSeam(...layers))],
  ])('as %s tie what is shared, and give what only the new layer shows to it', (_, weigh) => {
    const shows = (x: number, from: number, to: number): number => (x >= from && x < to ? 1 : 0);
    const strip = (from: number, to: number, value: number): SeamLayer => {
      const inside = Uint8Array.from({ length: 24 }, (__, k) => shows(k % 8, from, to));
      const rgb = new Uint8Array(72).fill(value);
      return { area: { x: 0, y: 0, width: 8, height: 3 }, rgb, inside, depth: distanceInside(inside, 8, 3) };
    };
    const { terminals, right, down } = weigh(strip(2, 8, 100), strip(0, 6, 104), {
      ...{ x: 0, y: 0, width: 8, height: 3 },
    });
    // 4 times 3 of difference over a gradient of nothing.
    expect([...right.subarray(8, 16)]).toEqual([0, 0, 129, 129, 129, 0, 0, 0]);
    expect([...down.subarray(0, 8)]).toEqual([0, 0, 129, 129, 129, 129, 0, 0]);
    const row = [...terminals.subarray(8, 16)];
    expect(row.slice(0, 2)).toEqual([0, 0]);
    expect(row[2]).toBeGreaterThan(1e6);
    expect(row[5]).toBeLessThan(-1e6);
    expect(row.slice(6)).toEqual([-1, -1]);
  });
});
