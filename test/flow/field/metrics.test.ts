import { describe, expect, it } from 'vitest';
import { scoreFlow } from '../../../src/flow/index.ts';
import type { FlowScore } from '../../../src/flow/index.ts';
import { flowFrom, golden } from '../fields.ts';

/** A row of true and estimated vectors, one pixel each. */
function row(...pairs: [true_: [number, number], estimate: [number, number]][]) {
  return {
    truth: flowFrom(pairs.length, 1, (x) => pairs[x][0]),
    flow: flowFrom(pairs.length, 1, (x) => pairs[x][1]),
  };
}

describe('scoreFlow', () => {
  it('gives perfect figures to the truth itself', () => {
    const truth = flowFrom(4, 3, (x, y) => [x * 9, y - 20]);
    expect(scoreFlow(truth, truth)).toMatchObject({ epe: 0, fl: 0, px1: 100, px5: 100, wauc: 100 });
    expect(scoreFlow(truth, truth).angularError).toBeCloseTo(0, 5);
  });

  it('matches figures worked out by hand', () => {
    // Errors 0, 5, 2, 4; true lengths 0, 5, 20, 100.
    const { flow, truth } = row(
      [
        [0, 0],
        [0, 0],
      ],
      [
        [3, 4],
        [0, 0],
      ],
      [
        [20, 0],
        [20, 2],
      ],
      [
        [0, 100],
        [4, 100],
      ],
    );
    const occluded = { width: 4, height: 1, data: Uint8Array.of(0, 1, 0, 1) };
    const score = scoreFlow(flow, truth, { occluded });
    expect(score.epe).toBe(11 / 4);
    expect(score.epeMatched).toBe(1);
    expect(score.epeUnmatched).toBe(4.5);
    // 4 px of 100 is within 5 %, 5 px of 5 is not.
    expect(score.fl).toBe(25);
    expect([score.px1, score.px3, score.px5]).toEqual([25, 50, 75]);
    expect([score.s0_10, score.s10_40, score.s40plus]).toEqual([2.5, 2, 4]);
    expect([score.validPixels, score.missingPixels]).toEqual([4, 0]);
  });

  it('measures the angle between (u, v, 1) vectors', () => {
    // (1, 0, 1) and (0, 1, 1) enclose 60 degrees, (0, 0, 1) and (1, 0, 1) 45.
    const { flow, truth } = row(
      [
        [1, 0],
        [0, 1],
      ],
      [
        [0, 0],
        [1, 0],
      ],
    );
    expect(scoreFlow(flow, truth).angularError).toBeCloseTo(52.5, 5);
  });

  it('weights the curve of inliers towards small errors', () => {
    // An error of 2.5 px is an inlier from step 50 on: weights 0.51, 0.50 ... 0.01, of 50.5 in all.
    const { flow, truth } = row([
      [0, 0],
      [2.5, 0],
    ]);
    expect(scoreFlow(flow, truth).wauc).toBeCloseTo((100 * ((0.51 + 0.01) * 51)) / 2 / 50.5, 9);
  });

  it('takes the limits of each bin as defined', () => {
    const exactly = (speed: number, error: number) => {
      const { flow, truth } = row([
        [speed, 0],
        [speed + error, 0],
      ]);
      return scoreFlow(flow, truth);
    };
    expect(exactly(10, 1)).toMatchObject({ s0_10: null, s10_40: 1, s40plus: null, px1: 0 });
    expect(exactly(40, 1)).toMatchObject({ s10_40: 1, s40plus: null });
    expect(exactly(0, 3)).toMatchObject({ fl: 0, px3: 0, s0_10: 3 });
    expect(exactly(80, 4)).toMatchObject({ fl: 0, s40plus: 4 });
    expect(exactly(0, 5)).toMatchObject({ fl: 100, px5: 0 });
    expect(exactly(0, 5).wauc).toBeCloseTo((100 * 0.01) / 50.5, 9);
  });

  it('agrees with NumPy on random flows', () => {
    const data = golden<{
      width: number;
      height: number;
      flow: number[];
      truth: number[];
      valid: number[];
      occluded: number[];
      score: FlowScore;
    }>('flow-metrics');
    const { width, height } = data;
    const score = scoreFlow(
      { width, height, data: Float32Array.from(data.flow) },
      { width, height, data: Float32Array.from(data.truth), valid: Uint8Array.from(data.valid) },
      { occluded: { width, height, data: Uint8Array.from(data.occluded) } },
    );
    for (const key of Object.keys(data.score) as (keyof FlowScore)[])
      expect(score[key], key).toBeCloseTo(data.score[key]!, 5);
  });

  it('leaves out what has no truth and counts what has no estimate', () => {
    const { flow, truth } = row(
      [
        [NaN, 0],
        [0, 0],
      ],
      [
        [1e10, 1e10],
        [0, 0],
      ],
      [
        [0, 0],
        [NaN, 0],
      ],
      [
        [0, 0],
        [2, 0],
      ],
    );
    const masked = { ...truth, valid: Uint8Array.of(1, 1, 1, 1) };
    expect(scoreFlow(flow, masked)).toMatchObject({ epe: 2, validPixels: 1, missingPixels: 1 });
  });

  it('has null for what no pixel speaks for', () => {
    const unknown = flowFrom(2, 2, () => [NaN, NaN]);
    const score = scoreFlow(unknown, unknown);
    const { validPixels, missingPixels, ...figures } = score;
    expect([validPixels, missingPixels]).toEqual([0, 0]);
    expect(Object.values(figures).every((figure) => figure === null)).toBe(true);
    expect(Object.keys(figures)).toHaveLength(12);
    const still = flowFrom(2, 2, () => [0, 0]);
    expect(scoreFlow(still, still)).toMatchObject({ epeMatched: null, epeUnmatched: null, s10_40: null });
  });

  it('names both sizes when they differ', () => {
    const flow = flowFrom(2, 2, () => [0, 0]);
    expect(() =>
      scoreFlow(
        flow,
        flowFrom(2, 3, () => [0, 0]),
      ),
    ).toThrow('2 x 2 and 2 x 3');
    const occluded = { width: 4, height: 1, data: new Uint8Array(4) };
    expect(() => scoreFlow(flow, flow, { occluded })).toThrow('occluded and truth');
  });
});
