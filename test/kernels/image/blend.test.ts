import { describe, expect, test } from 'vitest';
import { blendLayers, blendReference, double, halve } from '../../../kernels/blend/index.ts';
import type { BlendLayer } from '../../../kernels/blend/index.ts';
import '../../matchers.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { compiled } from '../compiled.ts';

const layer = (
  area: BlendLayer['area'],
  value: (k: number) => number,
  owns: (x: number) => boolean,
): BlendLayer => ({
  area,
  rgb: Uint8Array.from({ length: area.width * area.height * 3 }, (_, k) => value(k)),
  share: Float32Array.from({ length: area.width * area.height }, (_, k) =>
    owns(area.x + (k % area.width)) ? 1 : 0,
  ),
});

describe('multiband blending', () => {
  const [width, height] = [128, 32];
  const whole = { x: 0, y: 0, width, height };
  const left = (x: number): boolean => x < 64;
  const right = (x: number): boolean => x >= 64;

  test('turns the step of two constant images into a slope that rises all the way', () => {
    const step = [layer(whole, () => 50, left), layer(whole, () => 150, right)];
    const changes = blendLayers(width, height, step, 5);
    const row = Array.from({ length: width }, (_, x) => {
      const owner = left(x) ? 0 : 1;
      return step[owner].rgb[0] + changes[owner][(16 * width + x) * 4];
    });
    expect(row[0]).toBeCloseTo(50, 1);
    expect(row[127]).toBeCloseTo(150, 1);
    expect(row[63] + row[64]).toBeCloseTo(200, 0);
    for (let x = 1; x < width; x++)
      expect(row[x]).toBeGreaterThanOrEqual(row[x - 1] - TOLERANCE.interpolation);
    expect(Math.max(...row.slice(1).map((v, x) => v - row[x]))).toBeLessThan(12);
  });

  test('changes nothing in images that agree', () => {
    const texture = (k: number): number => 100 + 60 * Math.sin(k * 1.7);
    const changes = blendLayers(
      width,
      height,
      [layer(whole, texture, left), layer(whole, texture, right)],
      4,
    );
    for (const change of changes)
      for (let k = 0; k < change.length; k += 4)
        expect(change.subarray(k, k + 3)).toBeCloseToArray([0, 0, 0], TOLERANCE.blend);
  });

  test.each([1, 2, 4])('agrees with the definition, %i bands, also past the edge of all images', (levels) => {
    const texture = (seed: number) => (k: number) => (k * seed + ((k * k) >> 3)) & 255;
    const layers = [
      layer({ x: 0, y: 8, width: 72, height: 24 }, texture(7), (x) => x < 40),
      layer({ x: 24, y: 0, width: 8, height: 8 }, texture(5), () => true),
      layer({ x: 32, y: 0, width: 80, height: 32 }, texture(11), (x) => x >= 40 && x < 90),
    ];
    const fast = compiled(() => blendLayers(width, height, layers, levels));
    const slow = blendReference(width, height, layers, levels);
    fast.forEach((change, v) => {
      const colours = (values: Float32Array): Float32Array => values.filter((_, k) => k % 4 < 3);
      expect(colours(change)).toBeCloseToArray(colours(slow[v]), TOLERANCE.blend);
    });
  });

  test('needs memory for larger tiles after smaller ones', () => {
    const wide = { x: 0, y: 0, width: 1024, height: 512 };
    const changes = blendLayers(1024, 512, [layer(wide, () => 50, left), layer(wide, () => 150, right)], 3);
    expect(changes[0][4 * 63]).toBeGreaterThan(20);
  });
});

test('halving and doubling keep a constant and a slope', () => {
  const slope = Float32Array.from({ length: 64 * 16 }, (_, k) => k % 64);
  const half = halve(slope, 64, 16, 1);
  expect(half[4 * 32 + 10]).toBeCloseTo(20, 4);
  expect(double(half, 32, 8, 1)[8 * 64 + 21]).toBeCloseTo(21, 4);
  expect(halve(new Float32Array(48).fill(7), 4, 4, 3)).toEqual(new Float32Array(12).fill(7));
});
