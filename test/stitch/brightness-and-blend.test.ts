import { describe, expect, test } from 'vitest';
import { blendFeather } from '../../src/stitch/compose/blend.ts';
import { blockGainAt, estimateBlockGains } from '../../src/stitch/exposure/block-gains.ts';
import { estimateExposure } from '../../src/stitch/exposure/compensate.ts';
import { estimateTints } from '../../src/stitch/exposure/tints.ts';
import { estimateWhite } from '../../src/stitch/exposure/white.ts';
import { tilesOf } from '../../src/stitch/compose/compose.ts';
import { largestRectangle, shrinkMask } from '../../src/stitch/canvas/largest-rectangle.ts';
import { quarterImage, shrinkImage } from '../../src/stitch/sources/shrink-image.ts';
import type { WarpedView } from '../../src/stitch/canvas/warp-view.ts';
import '../matchers.ts';
import { TOLERANCE } from '../tolerances.ts';

/** A square of a canvas as one image shows it: `scene` times the image's own brightness. */
function view(
  x: number,
  size: number,
  brightness: (x: number, y: number) => number,
  scene = smooth,
): WarpedView {
  const area = { x, y: 0, width: size, height: size };
  const inside = new Uint8Array(size * size).fill(1);
  const rgb = new Uint8Array(size * size * 3);
  const field = new Float32Array(size * size);
  const middle = (size - 1) / 2;
  for (let j = 0; j < size; j++)
    for (let i = 0; i < size; i++) {
      const k = j * size + i;
      rgb.fill(scene(x + i, j) * brightness(i, j), 3 * k, 3 * k + 3);
      field[k] = ((i - middle) ** 2 + (j - middle) ** 2) / (2 * middle * middle);
    }
  return { area, inside, rgb, field: (k) => field[k] };
}

const smooth = (x: number, y: number): number => 110 + 30 * Math.sin(x / 9) + 20 * Math.cos(y / 7);

describe('white balance', () => {
  const tinted = (x: number, [r, g, b]: readonly [number, number, number]): WarpedView => {
    const plain = view(x, 60, () => 1);
    return { ...plain, rgb: plain.rgb.map((level, i) => Math.round(level * [r, g, b][i % 3])) };
  };

  test('images of several white balances get the mean of them', () => {
    const views = [tinted(0, [0.8, 1, 1.25]), tinted(25, [1, 1, 1]), tinted(50, [1.25, 1, 0.8])];
    const tints = estimateTints(views)!;
    const wanted = [
      [1.25, 1, 0.8],
      [1, 1, 1],
      [0.8, 1, 1.25],
    ];
    tints.forEach((tint, v) => expect(tint).toBeCloseToArray(wanted[v], TOLERANCE.gain));
  });

  test('brightness is no matter of it, and nothing is done where there is one', () => {
    expect(estimateTints([view(0, 60, () => 1), view(30, 60, () => 0.6)])).toBeUndefined();
  });
});

describe('the value that is shown as white', () => {
  test('is that of the brightest pixels after gains and tints, and no lower than 255', () => {
    const bright = view(0, 60, () => 1.4);
    expect(estimateWhite([bright], () => 1)).toBe(255);
    const most = Math.max(...bright.rgb);
    const found = estimateWhite([bright, view(30, 60, () => 1)], (v) => (v ? 1 : 1.5), [
      [1, 1.1, 1],
      [1, 1, 1],
    ]);
    expect(Math.abs(found - 1.65 * most)).toBeLessThan(6);
  });

  test('is none of pixels that a camera has cut off', () => {
    expect(
      estimateWhite(
        [
          view(
            0,
            60,
            () => 1,
            () => 255,
          ),
        ],
        () => 3,
      ),
    ).toBe(255);
  });
});

describe('exposure', () => {
  test('one image half as bright as the other is met half way', () => {
    const { gains, before, after } = estimateExposure([view(0, 60, () => 1), view(30, 60, () => 0.5)]);
    expect(gains).toBeCloseToArray([Math.SQRT1_2, Math.SQRT2], TOLERANCE.gain);
    expect(Math.abs(before - Math.LN2)).toBeLessThan(TOLERANCE.gain);
    expect(after).toBeLessThan(TOLERANCE.gain);
  });

  test('finds gains and darkened corners together', () => {
    const shade = (gain: number) => (i: number, j: number) => {
      const r2 = ((i - 29.5) ** 2 + (j - 29.5) ** 2) / (2 * 29.5 ** 2);
      return gain * Math.exp(-0.3 * r2 - 0.1 * r2 * r2);
    };
    const views = [view(0, 60, shade(1)), view(25, 60, shade(1.2)), view(50, 60, shade(0.9))];
    const { gains, vignetting } = estimateExposure(views);
    expect(vignetting[0] + vignetting[1]).toBeCloseTo(-0.4, 1);
    expect(gains[0] / gains[1]).toBeCloseTo(1.2, 2);
    expect(gains[2] / gains[1]).toBeCloseTo(1.2 / 0.9, 2);
  });

  test('is not misled by a bright thing that moved', () => {
    const moved = (x: number, y: number): number => (y < 12 && x > 40 && x < 52 ? 235 : smooth(x, y));
    const { gains } = estimateExposure([view(0, 60, () => 1), view(30, 60, () => 1, moved)], {
      vignetting: false,
    });
    expect(gains).toBeCloseToArray([1, 1], 0.03);
  });

  test('images that do not overlap keep their brightness', () => {
    expect(estimateExposure([view(0, 20, () => 1), view(40, 20, () => 0.5)]).gains).toEqual([1, 1]);
  });

  test('blocks take out what a gain cannot', () => {
    const ramp = (i: number): number => 1 + 0.2 * (i / 95 - 0.5);
    const views = [view(0, 96, ramp), view(0, 96, (i) => ramp(95 - i))];
    const gains = estimateBlockGains(views, undefined, 16);
    for (const x of [8, 48, 88]) {
      const [a, b] = views.map(({ rgb }, v) => rgb[(40 * 96 + x) * 3] * blockGainAt(gains[v], x, 40, 16));
      expect(Math.abs(Math.log(a / b))).toBeLessThan(0.06);
    }
  });
});

describe('blending', () => {
  test('feather mixes by weights', () => {
    const weights = (share: number) => new Float32Array(4).fill(share);
    const layers = [
      { area: { x: 0, y: 0, width: 2, height: 2 }, rgb: new Float32Array(12).fill(100), weights: weights(3) },
      { area: { x: 0, y: 0, width: 2, height: 2 }, rgb: new Float32Array(12).fill(200), weights: weights(1) },
    ];
    expect([...blendFeather(3, 2, layers)].slice(0, 9)).toEqual([125, 125, 125, 125, 125, 125, 0, 0, 0]);
  });
});

describe('the largest rectangle', () => {
  const mask = (rows: readonly string[]) => Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));

  test('by hand', () => {
    const rows = ['..##...', '.#####.', '#######', '.#####.', '..#....'];
    expect(largestRectangle(mask(rows), 7, 5)).toEqual({ x: 1, y: 1, width: 5, height: 3 });
  });

  test('of everything is everything, of nothing is none', () => {
    expect(largestRectangle(mask(['###', '###']), 3, 2)).toEqual({ x: 0, y: 0, width: 3, height: 2 });
    expect(largestRectangle(mask(['...']), 3, 1)).toBeNull();
  });

  test('a mask without its edge', () => {
    expect(shrinkMask(mask(['####', '####', '####']), 4, 3)).toEqual(mask(['....', '.##.', '....']));
  });
});

test('tiles cover the canvas once, corners on the coarsest band', () => {
  for (const [width, height] of [
    [3000, 700],
    [900, 5000],
    [200, 90],
  ]) {
    const tiles = tilesOf({ width, height }, 5, 1e6);
    expect(tiles.reduce((sum, t) => sum + t.width * t.height, 0)).toBe(width * height);
    for (const { x, y } of tiles) expect([x % 32, y % 32]).toEqual([0, 0]);
  }
});

test('an image at a quarter of its size is the mean of sixteen pixels, also where a side is no multiple', () => {
  const grey = (values: readonly number[]) => Uint8Array.from(values.flatMap((v) => [v, v, v]));
  const row = [0, 4, 8, 8, 20, 20, 20, 20];
  const even = quarterImage({ width: 8, height: 4, data: grey([...row, ...row, ...row, ...row]) });
  expect(even).toEqual({ width: 2, height: 1, data: grey([5, 20]) });
  const odd = quarterImage({ width: 5, height: 1, data: grey([30, 30, 90, 90, 90]) });
  expect([odd.width, odd.height]).toEqual([2, 1]);
});

test('an image is made smaller by the mean of areas, and kept where it is small enough', () => {
  const data = Uint8Array.from({ length: 4 * 2 * 3 }, (_, k) => (Math.floor(k / 3) % 4) * 40);
  const image = { width: 4, height: 2, data };
  expect(shrinkImage(image, 8)).toBe(image);
  expect(shrinkImage(image, 2)).toEqual({
    width: 2,
    height: 1,
    data: Uint8Array.of(20, 20, 20, 100, 100, 100),
  });
});
