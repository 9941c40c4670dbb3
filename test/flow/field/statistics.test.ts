import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../src/core/errors.ts';
import { meanMagnitude } from '../../../src/flow/field/index.ts';
import { flowPercentile, flowStatistics, sequenceMagnitude } from '../../../src/flow/index.ts';
import { quantiles } from '../../../src/core/quantile.ts';
import { flowFrom, golden, seeded } from '../fields.ts';

describe('meanMagnitude', () => {
  it('is that of flowStatistics, over the known pixels alone', () => {
    const next = seeded(3);
    const flow = flowFrom(31, 17, (x, y) => (x === y ? [NaN, 1] : [20 * next() - 10, next()]));
    const masked = { ...flow, valid: Uint8Array.from({ length: 31 * 17 }, (_, i) => i % 5 && 1) };
    for (const field of [flow, masked])
      expect(meanMagnitude(field)).toBeCloseTo(flowStatistics(field).meanMagnitude!, 4);
    expect(meanMagnitude({ ...flow, valid: new Uint8Array(31 * 17) })).toBeNull();
  });
});

describe('flowStatistics', () => {
  it('matches figures worked out by hand', () => {
    const vectors: [number, number][] = [
      [3, 4],
      [0, 0],
      [0.3, 0.4],
      [0, 10],
    ];
    expect(flowStatistics(flowFrom(4, 1, (x) => vectors[x]))).toMatchObject({
      meanMagnitude: expect.closeTo(15.5 / 4, 5) as number,
      medianMagnitude: expect.closeTo(2.75, 5) as number,
      p95Magnitude: expect.closeTo(5 + 5 * 0.85, 5) as number,
      maxMagnitude: 10,
      meanU: expect.closeTo(0.825, 5) as number,
      meanV: expect.closeTo(3.6, 5) as number,
      movingShare: 0.5,
      knownPixels: 4,
    });
  });

  it.each([
    [[2, 0], 0],
    [[0, 2], 90],
    [[-2, 0], 180],
    [[0, -2], 270],
    [[2, -2], 315],
    [[-2, -0], 180],
  ] as [[number, number], number][])('calls the direction of %j %i degrees', (vector, degrees) => {
    expect(flowStatistics(flowFrom(5, 4, () => vector)).directionDegrees).toBeCloseTo(degrees, 6);
  });

  it('goes with the larger of two opposite motions', () => {
    const { directionDegrees, meanU } = flowStatistics(
      flowFrom(10, 1, (x) => [x < 6 ? 3 : -3, x < 6 ? 0.1 : 0]),
    );
    expect(directionDegrees).toBeCloseTo((Math.atan2(0.1, 3) * 180) / Math.PI, 4);
    expect(meanU).toBeCloseTo(0.6, 6);
  });

  it('has no direction for an image that hardly moves', () => {
    expect(flowStatistics(flowFrom(3, 3, () => [0.2, 0.2])).directionDegrees).toBeNull();
  });

  it('leaves unknown flow out and has null where all is unknown', () => {
    expect(flowStatistics(flowFrom(3, 1, (x) => [x === 0 ? NaN : 4, 0]))).toMatchObject({
      meanMagnitude: 4,
      knownPixels: 2,
    });
    const { knownPixels, ...figures } = flowStatistics(flowFrom(2, 1, () => [NaN, 0]));
    expect(knownPixels).toBe(0);
    expect(Object.values(figures).every((figure) => figure === null)).toBe(true);
  });

  it('counts a rectangle, a mask, or what both have in common', () => {
    const flow = flowFrom(6, 4, (x, y) => [x >= 3 ? 4 : 0, y >= 2 ? 3 : 0]);
    const box = { x: 3, y: 1, width: 2, height: 2 };
    const mask = { width: 6, height: 4, data: Uint8Array.from({ length: 24 }, (_, i) => (i >= 12 ? 1 : 0)) };
    expect(flowStatistics(flow, { box })).toMatchObject({ meanU: 4, meanV: 1.5, knownPixels: 4 });
    expect(flowStatistics(flow, { mask })).toMatchObject({ meanU: 2, meanV: 3, knownPixels: 12 });
    expect(flowStatistics(flow, { box, mask })).toMatchObject({ meanMagnitude: 5, knownPixels: 2 });
    expect(() => flowStatistics(flow, { box: { ...box, x: 5 } })).toThrow(ShapeError);
    expect(() => flowStatistics(flow, { mask: { ...mask, width: 4, height: 6 } })).toThrow(ShapeError);
  });
});

describe('quantiles', () => {
  it('agree with a sort, repeated values and exclusions included', () => {
    const random = seeded(11);
    const values = Float32Array.from({ length: 1001 }, (_, i) =>
      i % 3 ? random() * 100 : Math.floor(random() * 4),
    );
    const include = Uint8Array.from(values, (_, i) => (i % 5 === 0 ? 0 : 1));
    const sorted = [...values].filter((_, i) => include[i] === 1).sort((a, b) => a - b);
    const wanted = (share: number) => {
      const rank = share * (sorted.length - 1);
      const below = sorted[Math.floor(rank)];
      return below + (sorted[Math.ceil(rank)] - below) * (rank % 1);
    };
    const shares = [0, 0.001, 0.25, 0.333, 0.5, 0.9, 0.99, 1];
    expect(quantiles(values, include, shares)).toBeCloseToArray(shares.map(wanted), 1e-9);
  });

  it('work on part of a larger array', () => {
    expect(quantiles(Float32Array.of(9, 9, 1, 2, 3, 9).subarray(2, 5), undefined, [0.5])).toEqual([2]);
  });
});

describe('flowPercentile', () => {
  it('agrees with NumPy', () => {
    const data = golden<{
      width: number;
      height: number;
      flow: number[];
      percentiles: Record<string, number>;
    }>('flow-metrics');
    const flow = { width: data.width, height: data.height, data: Float32Array.from(data.flow) };
    for (const [percentile, value] of Object.entries(data.percentiles))
      expect(flowPercentile(flow, Number(percentile))).toBeCloseTo(value, 4);
  });

  it('has null for a field without known flow', () => {
    expect(
      flowPercentile(
        flowFrom(2, 2, () => [NaN, NaN]),
        50,
      ),
    ).toBeNull();
  });
});

describe('sequenceMagnitude', () => {
  const constant = (length: number) => flowFrom(10, 10, () => [length, 0]);

  it('rises at once and falls slowly', () => {
    const scale = sequenceMagnitude({ release: 0.9 });
    expect(scale.update(constant(10))).toBeCloseTo(10, 5);
    expect(scale.update(constant(0))).toBeCloseTo(9, 5);
    expect(scale.update(constant(20))).toBeCloseTo(20, 5);
    expect(scale.value).toBeCloseTo(20, 5);
  });

  it('never falls with a release of 1', () => {
    const scale = sequenceMagnitude({ release: 1 });
    for (const length of [3, 8, 2, 5]) scale.update(constant(length));
    expect(scale.value).toBe(8);
  });

  it('is not impressed by a few wild vectors', () => {
    const outlier = flowFrom(100, 10, (x, y) => [x === 0 && y < 5 ? 500 : 4, 0]);
    expect(sequenceMagnitude().update(outlier)).toBe(5);
    expect(sequenceMagnitude({ percentile: 100 }).update(outlier)).toBe(500);
  });

  it('stays at the minimum for still or unknown frames', () => {
    const scale = sequenceMagnitude({ minimum: 2 });
    expect(scale.update(constant(0))).toBe(2);
    expect(scale.update(flowFrom(2, 2, () => [NaN, NaN]))).toBe(2);
  });
});
