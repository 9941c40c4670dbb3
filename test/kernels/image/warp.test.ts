import { describe, expect, it } from 'vitest';
import {
  splatForward,
  warpBackward,
  warpBackwardReference,
  warpWindow,
} from '../../../kernels/warp/index.ts';
import { golden, seeded } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { compiled, interpreted } from '../compiled.ts';

function randomMap(channels: number, width: number, height: number, seed: number) {
  const random = seeded(seed);
  const data = Float32Array.from({ length: channels * width * height }, () => random() * 2 - 1);
  return { channels, width, height, data };
}

function randomFlow(width: number, height: number, reach: number, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: width * height * 2 }, () => (random() * 2 - 1) * reach);
}

describe('warpBackward', () => {
  it('agrees with PyTorch grid_sample, zeros outside', () => {
    const { channels, width, height, planes, flow, warped } = golden<{
      channels: number;
      width: number;
      height: number;
      planes: number[];
      flow: number[];
      warped: number[];
    }>('flow-warp');
    const map = { channels, width, height, data: Float32Array.from(planes) };
    const out = warpBackward(map, Float32Array.from(flow));
    expect(out).toMatchObject({ channels, width, height });
    expect(out.data).toBeCloseToArray(warped, TOLERANCE.interpolation);
  });

  it.each([
    [2, 2, compiled],
    [7, 4, compiled],
    [33, 17, compiled],
    // Maps without four neighbours.
    [1, 1, interpreted],
    [1, 5, interpreted],
    [5, 1, interpreted],
  ])('agrees with its definition on %i x %i', (width, height, run) => {
    const map = randomMap(3, width, height, width * 31 + height);
    for (const reach of [0.4, 2, 40]) {
      const flow = randomFlow(width, height, reach, width + height);
      const { data } = run(() => warpBackward(map, flow));
      expect(data).toBeCloseToArray(warpBackwardReference(map, flow).data, TOLERANCE.interpolation);
    }
  });

  it('agrees with its definition at whole and half pixels across the border', () => {
    const map = randomMap(2, 4, 3, 5);
    for (let u = -5; u <= 5; u += 0.5)
      for (let v = -4; v <= 4; v += 0.5) {
        const flow = Float32Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? u : v));
        const { data } = compiled(() => warpBackward(map, flow));
        expect(data).toBeCloseToArray(warpBackwardReference(map, flow).data, TOLERANCE.interpolation);
      }
  });

  it('gives of a window what the whole has there', () => {
    const map = randomMap(2, 13, 9, 11);
    const flow = randomFlow(13, 9, 4, 3);
    const whole = warpBackward(map, flow);
    const window = { left: 5, top: 2, width: 6, height: 7 };
    const wanted = new Float32Array(2 * 6 * 7);
    const part = new Float32Array(6 * 7 * 2);
    for (let y = 0, i = 0; y < 7; y++)
      for (let x = 0; x < 6; x++, i++) {
        const at = (y + 2) * 13 + x + 5;
        part.set(flow.subarray(at * 2, at * 2 + 2), i * 2);
        for (const c of [0, 1]) wanted[c * 42 + i] = whole.data[c * 117 + at];
      }
    expect(warpWindow(map, part, window)).toEqual({ channels: 2, width: 6, height: 7, data: wanted });
  });

  it('finds nothing for a window beside the map', () => {
    const beside = { left: 20, top: -9, width: 2, height: 3 };
    const { data } = warpWindow(randomMap(1, 4, 4, 1), new Float32Array(12), beside);
    expect(data).toBeCloseToArray(new Float32Array(6), 0);
  });

  it('refuses flow that is not of the size of the window', () => {
    const window = { left: 0, top: 0, width: 2, height: 3 };
    expect(() => warpWindow(randomMap(1, 4, 4, 1), new Float32Array(8), window)).toThrow(
      'Expected 12 flow values for a window of 2 x 3 but received 8',
    );
  });

  it('is the identity for zero flow', () => {
    const map = randomMap(4, 9, 6, 7);
    expect(warpBackward(map, new Float32Array(108)).data).toEqual(map.data);
  });

  it('takes NaN and infinite flow as outside', () => {
    const map = { channels: 1, width: 2, height: 2, data: Float32Array.of(1, 2, 3, 4) };
    const flow = Float32Array.of(NaN, 0, 0, NaN, Infinity, 0, 0, 0);
    expect([...warpBackward(map, flow).data]).toEqual([0, 0, 0, 4]);
  });

  it('writes to the array it is given', () => {
    const map = randomMap(2, 3, 3, 8);
    const out = new Float32Array(18).fill(NaN);
    expect(warpBackward(map, new Float32Array(18), out).data).toBe(out);
    expect(out).toEqual(map.data);
  });

  it('refuses arrays of the wrong length and its own input as output', () => {
    const map = randomMap(1, 3, 2, 9);
    expect(() => warpBackward(map, new Float32Array(10))).toThrow('Expected 12 flow values');
    expect(() => warpBackward(map, new Float32Array(12), new Float32Array(5))).toThrow('6 values in out');
    expect(() => warpBackward(map, new Float32Array(12), map.data)).toThrow('another array for out');
  });
});

describe('splatForward', () => {
  const data = golden<{
    width: number;
    height: number;
    channels: number;
    values: number[];
    flow: number[];
    weights: number[];
    importance: number[];
    average: number[];
    coverage: number[];
    softmax: number[];
  }>('flow-splat');
  const input = {
    width: data.width,
    height: data.height,
    channels: data.channels,
    values: Float32Array.from(data.values),
    flow: Float32Array.from(data.flow),
  };

  it('agrees with NumPy on means and coverage', () => {
    const { values, coverage } = splatForward(input);
    expect(values).toBeCloseToArray(data.average, TOLERANCE.interpolation);
    expect(coverage).toBeCloseToArray(data.coverage, TOLERANCE.interpolation);
  });

  it('agrees with NumPy on weights and importance together', () => {
    const weights = Float32Array.from(data.weights);
    const importance = Float32Array.from(data.importance);
    const { values } = splatForward({ ...input, weights, importance });
    expect(values).toBeCloseToArray(data.softmax, TOLERANCE.interpolation);
  });

  it('keeps the means when an importance far below all others asks for scales of their own', () => {
    const weights = Float32Array.from(data.weights);
    const importance = Float32Array.from(data.importance, (z) => z + 5000);
    // The last pixel of the input, moved out of the image, spreads the range without landing anywhere.
    const flow = input.flow.slice();
    flow[flow.length - 2] = 1000;
    const together = splatForward({ ...input, flow, weights, importance });
    importance[importance.length - 1] = -5000;
    const apart = splatForward({ ...input, flow, weights, importance });
    expect(apart.values).toBeCloseToArray(together.values, TOLERANCE.interpolation);
  });

  it('lets the important one of two win, even where exp would overflow', () => {
    const base = { width: 2, height: 1, channels: 1, values: Float32Array.of(10, 20) };
    const flow = Float32Array.of(1, 0, 0, 0);
    const importance = Float32Array.of(2000, 1000);
    const { values, coverage } = splatForward({ ...base, flow, importance });
    expect([...values]).toEqual([0, 10]);
    expect([...coverage]).toEqual([0, 2]);
  });

  it('leaves out pixels of weight 0, NaN flow and everything that lands outside', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    const flow = Float32Array.of(0, 0, NaN, 0, 0, 0, 9, 0);
    const weights = Float32Array.of(1, 1, 0, 1);
    const out = splatForward({ width: 4, height: 1, channels: 1, values, flow, weights });
    expect([...out.values]).toEqual([1, 0, 0, 0]);
    expect([...out.coverage]).toEqual([1, 0, 0, 0]);
  });
});
