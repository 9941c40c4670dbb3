import { describe, expect, it } from 'vitest';
import { BINS, directionHistogram, histogramReference } from '../../../kernels/orient/index.ts';
import { openWorkspace } from '../../../kernels/wasm/workspace.ts';
import { createRandom } from '../../../src/geometry/robust/random.ts';
import { compiled } from '../compiled.ts';

const [WIDTH, HEIGHT] = [61, 47];

/** A plane in a workspace, behind whatever was there before. */
function planeOf(valueAt: (x: number, y: number) => number) {
  const data = openWorkspace([WIDTH * HEIGHT])!.take(WIDTH * HEIGHT);
  for (let k = 0; k < data.length; k++) data[k] = valueAt(k % WIDTH, Math.floor(k / WIDTH));
  return { width: WIDTH, height: HEIGHT, data };
}

describe('histograms of directions', () => {
  it.each([0, 33, 117, 250, 359])('peak in the direction of a slope of %i degrees', (degrees) => {
    const turn = (degrees * Math.PI) / 180;
    const plane = planeOf((x, y) => 3 * (x * Math.cos(turn) + y * Math.sin(turn)));
    for (const find of [directionHistogram, histogramReference]) {
      const bins = find(plane, { x: 30, y: 20, spread: 2.4 }, 1);
      expect(bins.indexOf(Math.max(...bins))).toBe(Math.round(degrees / 10) % BINS);
    }
  });

  it.each([
    ['within', 1, 30, 20, 2.4],
    ['within', 2, 31, 21, 3.1],
    ['at a corner', 1, 2, 1, 3],
    ['at the other corner', 2, WIDTH - 2, HEIGHT - 1, 4],
    ['over all of it', 1, 30, 20, 40],
    ['over all of it', 2, 30, 20, 40],
  ] as const)('agree with the definition %s, step %i', (_, step, x, y, spread) => {
    const random = createRandom(7);
    const plane = planeOf(() => 255 * random());
    const exact = histogramReference(plane, { x, y, spread }, step);
    const fast = compiled(() => directionHistogram(plane, { x, y, spread }, step));
    // A direction between two bins may be counted in either.
    const most = Math.max(...exact);
    fast.forEach((value, k) => {
      expect(Math.abs(value - exact[k])).toBeLessThan(0.002 * most);
    });
  });

  it('are empty where nothing changes, and of images that are all border', () => {
    expect([
      ...directionHistogram(
        planeOf(() => 9),
        { x: 30, y: 20, spread: 2 },
        1,
      ),
    ]).toEqual(Array(BINS).fill(0));
    const data = openWorkspace([4])!.take(4);
    expect([...directionHistogram({ width: 2, height: 2, data }, { x: 1, y: 1, spread: 2 }, 2)]).toEqual(
      Array(BINS).fill(0),
    );
  });
});
