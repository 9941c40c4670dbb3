import { describe, expect, test } from 'vitest';
import { alignViews } from '../../src/stitch/seams/align-views.ts';
import type { FlowBetween } from '../../src/stitch/seams/align-views.ts';
import { layOut } from '../../src/stitch/canvas/layout.ts';
import type { WarpedView } from '../../src/stitch/canvas/warp-view.ts';
import { cutFrame, drawScene } from './views.ts';

const [WIDTH, HEIGHT] = [200, 120];
const PHOTO = drawScene(260, 140, 3, 700);
const MOVE = 4;

/** The left and the right image of one canvas, the right one's content 4 pixels off. */
function viewAt(x: number, off: number): WarpedView {
  const area = { x, y: 0, width: 140, height: HEIGHT };
  const { data } = cutFrame(PHOTO, 20 + x - off, 10, area.width, HEIGHT);
  return { area, rgb: Uint8Array.from(data), inside: new Uint8Array(area.width * HEIGHT).fill(1) };
}

const VIEWS = [viewAt(0, 0), viewAt(60, MOVE)];
const SIZES = [140, 140].map((width) => ({ width, height: HEIGHT }));
const CANVAS = layOut(
  'plane',
  [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [1, 0, 60, 0, 1, 0, 0, 0, 1],
  ],
  SIZES,
  1,
);
const SEAMS = {
  width: WIDTH,
  height: HEIGHT,
  owners: Int16Array.from({ length: WIDTH * HEIGHT }, (_, k) => (k % WIDTH < 100 ? 0 : 1)),
};

const constantFlow =
  (u: number): FlowBetween =>
  ({ width, height }) =>
    Promise.resolve({
      flow: {
        width,
        height,
        data: Float32Array.from({ length: 2 * width * height }, (_, i) => (i % 2 ? 0 : u)),
      },
    });

describe('aligning images at their seam', () => {
  test('bends each half the way there, and not at all far from it', async () => {
    const { bends, pairs } = await alignViews(CANVAS, VIEWS, SEAMS, constantFlow(MOVE));
    expect(pairs).toHaveLength(1);
    expect(pairs[0].used).toBe(true);
    expect(pairs[0].after).toBeLessThan(0.4 * pairs[0].before);
    const shift = (v: number, x: number, y: number): number => {
      const { width, shifts } = bends[v]!;
      return shifts[2 * (y * width + x - VIEWS[v].area.x)];
    };
    expect(shift(0, 100, 60)).toBeCloseTo(-MOVE / 2, 1);
    expect(shift(1, 100, 60)).toBeCloseTo(MOVE / 2, 1);
    expect([shift(0, 20, 60), shift(1, 180, 60)].map(Math.abs)).toEqual([0, 0]);
    // At the edge of what both show there is nothing to move towards.
    expect(Math.abs(shift(0, 139, 60))).toBeLessThan(0.2);
  });

  test('leaves images alone where the flow does not help', async () => {
    const { bends, pairs } = await alignViews(CANVAS, VIEWS, SEAMS, constantFlow(-MOVE));
    expect(pairs.map(({ used }) => used)).toEqual([false]);
    expect(bends).toEqual([undefined, undefined]);
  });

  test('takes long moves for other things', async () => {
    const { pairs } = await alignViews(CANVAS, VIEWS, SEAMS, constantFlow(30));
    expect(pairs[0].after).toBeCloseTo(pairs[0].before, 5);
    expect(pairs[0].used).toBe(false);
  });
});
