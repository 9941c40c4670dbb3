import { describe, expect, it } from 'vitest';
import { ShapeError, applyHomography } from '../../../src/core/index.ts';
import type { Homography } from '../../../src/core/index.ts';
import { composeFlow, invertFlow, splatImage, warpFlow, warpImage } from '../../../src/flow/index.ts';
import { flowFrom, pixel, testImage } from '../fields.ts';
import { TOLERANCE } from '../../tolerances.ts';

const still = flowFrom(9, 7, () => [0, 0]);
const image = testImage(9, 7);

describe('warpImage', () => {
  it('is the identity for zero flow', () => {
    const { image: out, valid } = warpImage(image, still);
    expect(out).toEqual(image);
    expect(valid.data.every((v) => v === 1)).toBe(true);
  });

  it('moves by whole pixels exactly and fills what B does not show', () => {
    const { image: out, valid } = warpImage(
      image,
      flowFrom(9, 7, () => [2, -1]),
      { fill: [1, 2, 3] },
    );
    for (let y = 0; y < 7; y++)
      for (let x = 0; x < 9; x++) {
        const inside = x + 2 < 9 && y - 1 >= 0;
        expect(valid.data[y * 9 + x]).toBe(inside ? 1 : 0);
        expect(pixel(out, x, y)).toEqual(inside ? pixel(image, x + 2, y - 1) : [1, 2, 3]);
      }
  });

  it('interpolates between pixels', () => {
    const pair = { width: 2, height: 2, data: Uint8Array.of(0, 0, 0, 100, 100, 100, 40, 40, 40, 60, 60, 60) };
    const { image: out } = warpImage(
      pair,
      flowFrom(2, 2, (x, y) => [0.25 - x, 0.5 - y]),
    );
    // Above 25, below 45, half way 35.
    expect(pixel(out, 1, 1)).toEqual([35, 35, 35]);
  });

  it('counts unknown flow as invalid', () => {
    const flow = flowFrom(9, 7, (x) => (x === 0 ? [NaN, 0] : x === 1 ? [1e10, 1e10] : [0, 0]));
    const masked = { ...flow, valid: new Uint8Array(63).fill(1) };
    masked.valid[2] = 0;
    const { valid } = warpImage(image, masked);
    expect([...valid.data.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
  });

  it('works on single pixels, rows and columns', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 4],
      [4, 1],
    ]) {
      const small = testImage(width, height);
      expect(
        warpImage(
          small,
          flowFrom(width, height, () => [0, 0]),
        ).image,
      ).toEqual(small);
    }
  });

  it('shows B on the grid of A where the two have different sizes', () => {
    const flow = flowFrom(5, 8, () => [2, -1]);
    const { image: out, valid } = warpImage(image, flow);
    expect(out).toMatchObject({ width: 5, height: 8 });
    expect(pixel(out, 1, 3)).toEqual(pixel(image, 3, 2));
    expect(Array.from({ length: 8 }, (_, y) => valid.data[y * 5])).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe('warpImage by a homography', () => {
  it('shows B on the grid of A, of the size that is asked for', () => {
    const shift: Homography = [1, 0, 3, 0, 1, 2, 0, 0, 1];
    const { image: out, valid } = warpImage(image, shift, { width: 5, height: 8, fill: [1, 2, 3] });
    expect(out).toMatchObject({ width: 5, height: 8 });
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 5; x++) {
        const inside = y + 2 < image.height;
        expect(valid.data[y * 5 + x]).toBe(inside ? 1 : 0);
        expect(pixel(out, x, y)).toEqual(inside ? pixel(image, x + 3, y + 2) : [1, 2, 3]);
      }
  });

  it('gives what the flow of the homography gives', () => {
    const h: Homography = [0.9, 0.1, 0.3, -0.05, 1.1, 0.2, 0.004, -0.003, 1];
    const flow = flowFrom(image.width, image.height, (x, y) => {
      const [u, v] = applyHomography(h, x, y);
      return [u - x, v - y];
    });
    expect(warpImage(image, h).image.data).toBeCloseToArray(warpImage(image, flow).image.data, 1);
  });

  it('shows nothing from behind the horizon, whatever the sign of the matrix', () => {
    const h: Homography = [1, 0, 0, 0, 1, 0, -0.5, 0, 1];
    for (const sign of [1, -1]) {
      const { valid } = warpImage(image, h.map((value) => sign * value) as unknown as Homography, {
        width: 40,
      });
      for (let x = 3; x < 40; x++) expect(valid.data[x]).toBe(0);
      expect(valid.data[0]).toBe(1);
    }
  });

  it('refuses what is no homography, one that flattens, and a size beside a flow', () => {
    const nested = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(() => warpImage(image, nested as never)).toThrow('nine finite numbers, a 3 x 3 matrix row by row');
    expect(() => warpImage(image, [0, 0, 0, 0, 0, 0, 0, 0, 1])).toThrow(ShapeError);
    expect(() => warpImage(image, still, { width: 4 })).toThrow('Expected no size, or that of flowAB');
  });
});

describe('splatImage', () => {
  it('is the identity for zero flow', () => {
    const { image: out, valid, coverage } = splatImage(image, still);
    expect(out).toEqual(image);
    expect(valid.data.every((v) => v === 1)).toBe(true);
    expect(coverage.data.every((c) => c === 1)).toBe(true);
  });

  it('moves by whole pixels exactly and leaves a hole behind', () => {
    const { image: out, valid } = splatImage(
      image,
      flowFrom(9, 7, () => [2, -1]),
      { fill: [9, 8, 7] },
    );
    for (let y = 0; y < 7; y++)
      for (let x = 0; x < 9; x++) {
        const reached = x - 2 >= 0 && y + 1 < 7;
        expect(valid.data[y * 9 + x]).toBe(reached ? 1 : 0);
        expect(pixel(out, x, y)).toEqual(reached ? pixel(image, x - 2, y + 1) : [9, 8, 7]);
      }
  });

  it('averages what meets, by weight, or lets importance decide', () => {
    const pair = { width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 200, 200, 200) };
    const meeting = flowFrom(2, 1, (x) => [1 - x, 0]);
    const field = (...values: number[]) => ({ width: 2, height: 1, data: Float32Array.from(values) });
    expect(pixel(splatImage(pair, meeting).image, 1, 0)).toEqual([100, 100, 100]);
    const weighted = splatImage(pair, meeting, { weights: field(3, 1) });
    expect(pixel(weighted.image, 1, 0)).toEqual([50, 50, 50]);
    const decided = splatImage(pair, meeting, { importance: field(-20, 0) });
    expect(pixel(decided.image, 1, 0)).toEqual([200, 200, 200]);
    const unweighable = splatImage(pair, meeting, { importance: field(NaN, 0) });
    expect(pixel(unweighable.image, 1, 0)).toEqual([200, 200, 200]);
  });

  it('leaves pixels that are hardly touched to the fill colour', () => {
    const drift = flowFrom(9, 7, () => [0.95, 0]);
    expect(splatImage(image, drift).valid.data[0]).toBe(0);
    expect(splatImage(image, drift, { minCoverage: 0.04 }).valid.data[0]).toBe(1);
  });
});

describe('composeFlow', () => {
  it('adds translations where the middle is inside', () => {
    const { data, valid } = composeFlow(
      flowFrom(6, 4, () => [1, 0]),
      flowFrom(6, 4, () => [2, -3]),
    );
    for (let i = 0; i < 24; i++) {
      const inside = i % 6 < 5;
      expect(valid[i]).toBe(inside ? 1 : 0);
      expect([data[i * 2], data[i * 2 + 1]]).toEqual(inside ? [3, -3] : [0, 0]);
    }
  });

  it('follows a chain of affine maps exactly', () => {
    // Linear fields are reproduced by bilinear sampling.
    const first = flowFrom(20, 16, (x, y) => [0.1 * x - 0.5, 0.05 * y]);
    const second = flowFrom(20, 16, (x, y) => [0.2 * y, -0.1 * x]);
    const { data, valid } = composeFlow(first, second);
    for (let i = 0; i < 320; i++) {
      if (valid[i] === 0) continue;
      const x = i % 20;
      const y = Math.floor(i / 20);
      const [u, v] = [0.1 * x - 0.5, 0.05 * y];
      expect(data[i * 2]).toBeCloseTo(u + 0.2 * (y + v), 4);
      expect(data[i * 2 + 1]).toBeCloseTo(v - 0.1 * (x + u), 4);
    }
    expect(valid.filter((v) => v === 1).length).toBeGreaterThan(200);
  });

  it('is unknown where the second flow is', () => {
    const second = flowFrom(3, 1, (x) => (x === 2 ? [NaN, NaN] : [5, 5]));
    expect([
      ...warpFlow(
        second,
        flowFrom(3, 1, () => [0.5, 0]),
      ).valid,
    ]).toEqual([1, 0, 0]);
  });
});

describe('invertFlow', () => {
  it('turns a translation round exactly', () => {
    const { data, valid } = invertFlow(flowFrom(5, 4, () => [1, -2]));
    for (let i = 0; i < 20; i++) {
      const known = i % 5 >= 1 && Math.floor(i / 5) < 2;
      expect(valid[i]).toBe(known ? 1 : 0);
      if (known) expect([data[i * 2], data[i * 2 + 1]]).toEqual([-1, 2]);
    }
  });

  it('gives nearly zero when composed with the flow it inverts', () => {
    const flow = flowFrom(60, 40, (x, y) => [3 * Math.sin(y / 9) + 2, 2 * Math.cos(x / 11)]);
    const { data, valid } = composeFlow(flow, invertFlow(flow));
    const known = [...valid.keys()].filter((i) => valid[i] === 1);
    expect(known.length).toBeGreaterThan(1800);
    for (const i of known)
      expect(Math.hypot(data[i * 2], data[i * 2 + 1])).toBeLessThan(TOLERANCE.flowInverse);
  });

  it('takes one of two motions that meet, not their mean', () => {
    // A block of three moves onto a still background.
    const { data } = invertFlow(flowFrom(12, 1, (x) => (x < 3 ? [6, 0] : [0, 0])));
    expect(data[7 * 2]).toBeCloseTo(-6, 1);
    expect(data[10 * 2]).toBe(0);
  });
});
