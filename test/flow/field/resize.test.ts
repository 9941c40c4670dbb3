import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../src/core/errors.ts';
import { cropFlow, cropImage, resizeFlow, resizeImage } from '../../../src/flow/index.ts';
import { flowFrom, pixel, testImage } from '../fields.ts';
import { TOLERANCE } from '../../tolerances.ts';

describe('resizeFlow', () => {
  it('scales a constant flow by the ratio of each axis', () => {
    const resized = resizeFlow(
      flowFrom(8, 6, () => [4, -3]),
      16,
      2,
    );
    expect(resized).toMatchObject({ width: 16, height: 2 });
    expect(resized.valid).toBeUndefined();
    expect(resized.data).toBeCloseToArray(flowFrom(16, 2, () => [8, -1]).data, TOLERANCE.interpolation);
  });

  it('comes back from twice the size with a linear flow, but for the border', () => {
    const flow = flowFrom(10, 8, (x, y) => [x * 0.5 - y, y * 0.25]);
    const back = resizeFlow(resizeFlow(flow, 20, 16), 10, 8);
    for (let y = 1; y < 7; y++)
      for (let x = 1; x < 9; x++)
        expect(back.data[(y * 10 + x) * 2]).toBeCloseTo(flow.data[(y * 10 + x) * 2], 4);
  });

  it('takes means over known pixels alone and knows where half is known', () => {
    const flow = flowFrom(4, 2, (x) => (x === 1 ? [NaN, NaN] : [8, 2]));
    const masked = { ...flow, valid: Uint8Array.of(1, 1, 1, 0, 1, 1, 0, 0) };
    const half = resizeFlow(masked, 2, 1);
    // Left: two of four known; right: one of four.
    expect([...half.valid!]).toEqual([1, 0]);
    expect([...half.data]).toEqual([4, 1, 0, 0]);
  });

  it('refuses sizes that are none', () => {
    const flow = flowFrom(2, 2, () => [0, 0]);
    expect(() => resizeFlow(flow, 0, 2)).toThrow('Expected an integer of at least 1 for width');
    expect(() => resizeFlow(flow, 2, 1.5)).toThrow('Expected an integer for height');
  });
});

describe('cropFlow and cropImage', () => {
  const box = { x: 2, y: 1, width: 5, height: 3 };

  it('give the pixels of a rectangle, mask included', () => {
    const flow = {
      ...flowFrom(8, 4, (x, y) => [x, y]),
      valid: Uint8Array.from({ length: 32 }, (_, i) => i % 2),
    };
    const cropped = cropFlow(flow, box);
    expect(cropped.data).toEqual(flowFrom(5, 3, (x, y) => [x + 2, y + 1]).data);
    expect([...cropped.valid!]).toEqual(Array.from({ length: 15 }, (_, i) => (i % 5) % 2));
    const image = testImage(8, 4);
    const part = cropImage(image, box);
    expect(part).toMatchObject({ width: 5, height: 3 });
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 5; x++) expect(pixel(part, x, y)).toEqual(pixel(image, x + 2, y + 1));
  });

  it('refuse a rectangle that is none, or not inside, with both sizes', () => {
    const flow = flowFrom(4, 4, () => [0, 0]);
    expect(() => cropFlow(flow, box)).toThrow(ShapeError);
    expect(() => cropFlow(flow, box)).toThrow('inside of 4 x 4 pixels for box but received 5 x 3 at (2, 1)');
    expect(() => cropImage(testImage(4, 4), 3 as never)).toThrow('a rectangle of whole numbers');
  });
});

describe('resizeImage', () => {
  it('averages what a smaller pixel covers', () => {
    const image = testImage(6, 4);
    const half = resizeImage(image, 3, 2);
    for (let y = 0; y < 2; y++)
      for (let x = 0; x < 3; x++) {
        const covered = [0, 1].flatMap((v) => [0, 1].map((u) => pixel(image, 2 * x + u, 2 * y + v)));
        pixel(half, x, y).forEach((value, c) => {
          const mean = covered.reduce((sum, colour) => sum + colour[c], 0) / 4;
          expect(Math.abs(value - mean)).toBeLessThanOrEqual(0.5);
        });
      }
  });

  it('is bilinear where an axis grows, and keeps an image of that size', () => {
    const image = testImage(4, 4);
    expect(resizeImage(image, 4, 4)).toEqual(image);
    const wide = resizeImage(image, 8, 4);
    pixel(wide, 3, 0).forEach((value, c) => {
      const wanted = 0.75 * pixel(image, 1, 0)[c] + 0.25 * pixel(image, 2, 0)[c];
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(0.5);
    });
    expect(pixel(wide, 0, 2)).toEqual(pixel(image, 0, 2));
  });
});
