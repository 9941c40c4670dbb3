import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { colorizeFlow } from '../../src/draw/index.ts';
import { flowPercentile } from '../../src/flow/index.ts';
import { flowFrom, golden, goldenPath, pixel } from '../flow/fields.ts';

describe('colorizeFlow', () => {
  const data = golden<{
    width: number;
    height: number;
    flow: number[];
    fullScale: number[];
    scale5: number[];
  }>('flow-colors');
  const flow = { width: data.width, height: data.height, data: Float32Array.from(data.flow) };

  it('gives the very colours of the definition in NumPy, to the greatest motion', () => {
    const { image } = colorizeFlow(flow, { maxMagnitude: flowPercentile(flow, 100)! });
    expect([...image.data]).toEqual(data.fullScale);
  });

  it('gives the very colours of the definition in NumPy, beyond a fixed scale too', () => {
    const { image, maxMagnitude } = colorizeFlow(flow, { maxMagnitude: 5 });
    expect([...image.data]).toEqual(data.scale5);
    expect(maxMagnitude).toBe(5);
  });

  it('gives the whole wheel of the definition in NumPy', async () => {
    const wanted = await sharp(goldenPath('flow-wheel.png').pathname)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(wanted.info).toMatchObject({ width: 129, height: 129, channels: 3 });
    const { image } = colorizeFlow(
      flowFrom(129, 129, (x, y) => [(x - 64) / 4, (y - 64) / 4]),
      { maxMagnitude: 14 },
    );
    expect(image.data).toBeCloseToArray(wanted.data, 0);
  });

  it('is red to the right, yellow down, cyan left, blue-violet up and white at rest', () => {
    const directions: [number, number][] = [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
      [0, 0],
    ];
    const { image } = colorizeFlow(flowFrom(5, 1, (x) => directions[x]));
    const [right, down, left, up, rest] = directions.map((_, x) => pixel(image, x, 0));
    expect(right[0]).toBeGreaterThan(250);
    expect(right[1] + right[2]).toBeLessThan(5);
    expect(down[0] > 200 && down[1] > 200 && down[2] < 5).toBe(true);
    expect(left[0] < 5 && left[1] > 200 && left[2] > 200).toBe(true);
    // A third of the way from blue to magenta: step 4.5 of 13.
    expect(up).toBeCloseToArray([88, 0, 255], 1);
    expect(rest).toEqual([255, 255, 255]);
  });

  it('tells 0 from -0 downwards as the published code does, without leaving the wheel', () => {
    const { image } = colorizeFlow(
      flowFrom(2, 1, (x) => [1, x === 0 ? 0 : -0]),
      { maxMagnitude: 1 },
    );
    const [first, last] = [pixel(image, 0, 0), pixel(image, 1, 0)];
    // First colour of the wheel (255, 0, 0), last one (255, 0, 43).
    expect(first).toEqual([255, 0, 0]);
    expect(last).toEqual([255, 0, 43]);
  });

  it('paints a still image white, not NaN', () => {
    const { image, maxMagnitude } = colorizeFlow(flowFrom(3, 2, () => [0, -0]));
    expect(image.data.every((value) => value === 255)).toBe(true);
    expect(maxMagnitude).toBe(1);
  });

  it('paints the noise of a still image nearly white', () => {
    const { image } = colorizeFlow(
      flowFrom(40, 30, (x, y) => [0.08 * Math.sin(x * 7), 0.08 * Math.cos(y * 5)]),
    );
    expect(image.data.every((value) => value > 225)).toBe(true);
  });

  it('does not let an outlier pale the rest', () => {
    const { image, maxMagnitude } = colorizeFlow(
      flowFrom(100, 100, (x, y) => [x < 8 && y < 8 ? 300 : 4 + 0.2 * Math.sin(x), 0]),
    );
    expect(maxMagnitude).toBeGreaterThan(4);
    expect(maxMagnitude).toBeLessThan(5.5);
    expect(pixel(image, 50, 50)[1]).toBeLessThan(80);
  });

  it('gives a small thing before a still background its own scale, and a smooth field its greatest', () => {
    const small = colorizeFlow(flowFrom(100, 100, (x, y) => [x < 5 && y < 10 ? 30 : 0.1, 0]));
    expect(small.maxMagnitude).toBe(30);
    const ramp = colorizeFlow(flowFrom(100, 100, (x) => [x / 10, 0]));
    expect(ramp.maxMagnitude).toBeCloseTo(9.9, 5);
  });

  it('paints unknown flow black, or as told, and lets it not set the scale', () => {
    const unknowns: [number, number][] = [
      [NaN, 1],
      [1e10, 1e10],
      [0, -Infinity],
      [50, 0],
      [2, 0],
    ];
    const holey = { ...flowFrom(5, 1, (x) => unknowns[x]), valid: Uint8Array.of(1, 1, 1, 0, 1) };
    const black = colorizeFlow(holey);
    expect(black.maxMagnitude).toBe(2);
    for (let x = 0; x < 4; x++) expect(pixel(black.image, x, 0)).toEqual([0, 0, 0]);
    expect(pixel(black.image, 4, 0)[0]).toBeGreaterThan(250);
    expect(pixel(colorizeFlow(holey, { unknown: [9, 99, 199] }).image, 0, 0)).toEqual([9, 99, 199]);
    const nothing = colorizeFlow(flowFrom(2, 2, () => [NaN, NaN]));
    expect(nothing.image.data.every((value) => value === 0)).toBe(true);
  });

  it('does not change its argument', () => {
    const before = flow.data.slice();
    colorizeFlow(flow);
    expect(flow.data).toEqual(before);
  });

  it('refuses a scale that is none and fields of the wrong length', () => {
    expect(() => colorizeFlow(flow, { maxMagnitude: 0 })).toThrow('above 0 for maxMagnitude but received 0');
    expect(() => colorizeFlow(flow, { maxMagnitude: NaN })).toThrow('a finite number for maxMagnitude');
    expect(() => colorizeFlow({ width: 2, height: 2, data: new Float32Array(7) })).toThrow(
      'Expected 2 x 2 x 2 = 8 values for flow but received 7',
    );
    expect(() => colorizeFlow(undefined as never)).toThrow('for flow but received undefined');
  });
});
