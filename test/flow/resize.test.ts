import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/core/errors.ts';
import { cropFlow, padImage, resizeFlow } from '../../src/flow/index.ts';
import { flowFrom, pixel, testImage } from './fields.ts';
import { TOLERANCE } from '../tolerances.ts';

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

describe('padImage and cropFlow', () => {
  it('repeat the last column and row up to the multiple', () => {
    const image = testImage(5, 3);
    const padded = padImage(image, 4);
    expect(padded).toMatchObject({ width: 8, height: 4 });
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 8; x++)
        expect(pixel(padded, x, y)).toEqual(pixel(image, Math.min(x, 4), Math.min(y, 2)));
  });

  it('leave a picture that fits as it is', () => {
    expect(padImage(testImage(8, 4), 4)).toEqual(testImage(8, 4));
  });

  it('cut the padding off again, mask included', () => {
    const flow = {
      ...flowFrom(8, 4, (x, y) => [x, y]),
      valid: Uint8Array.from({ length: 32 }, (_, i) => i % 2),
    };
    const cropped = cropFlow(flow, 5, 3);
    expect(cropped.data).toEqual(flowFrom(5, 3, (x, y) => [x, y]).data);
    expect([...cropped.valid!]).toEqual(Array.from({ length: 15 }, (_, i) => (i % 5) % 2));
  });

  it('refuse a crop larger than the flow with both sizes', () => {
    const crop = () =>
      cropFlow(
        flowFrom(4, 4, () => [0, 0]),
        5,
        3,
      );
    expect(crop).toThrow(ShapeError);
    expect(crop).toThrow('at most 4 x 4 but received 5 x 3');
  });
});
