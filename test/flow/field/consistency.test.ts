import { describe, expect, it } from 'vitest';
import { checkForwardBackward } from '../../../src/flow/index.ts';
import { flowFrom, golden } from '../fields.ts';
import { TOLERANCE } from '../../tolerances.ts';

describe('checkForwardBackward', () => {
  it('trusts flows that lead back and drops those that leave the frame', () => {
    const { occluded, confidence, error } = checkForwardBackward(
      flowFrom(4, 1, () => [2, 0]),
      flowFrom(4, 1, () => [-2, 0]),
    );
    expect([...occluded.data]).toEqual([0, 0, 1, 1]);
    expect([...confidence.data]).toEqual([1, 1, 0, 0]);
    expect([...error.data]).toEqual([0, 0, Infinity, Infinity]);
  });

  it('draws the border at alpha times the lengths plus beta', () => {
    // There 10, back -9: 1 px apart; the threshold is alpha * 19 + beta.
    const there = flowFrom(20, 1, (x) => [x < 10 ? 10 : 0, 0]);
    const back = flowFrom(20, 1, (x) => [x < 10 ? 0 : -9, 0]);
    const at = (alpha: number, beta: number) => checkForwardBackward(there, back, { alpha, beta });
    expect(at(0, 1).occluded.data[5]).toBe(0);
    expect(at(0, 1).confidence.data[5]).toBeCloseTo(0.5, 6);
    expect(at(0, 0.99).occluded.data[5]).toBe(1);
    expect(at(0.03, 0.44).occluded.data[5]).toBe(0);
    expect(at(0.03, 0.42).occluded.data[5]).toBe(1);
    expect(at(0.01, 0.5).error.data[5]).toBe(1);
  });

  it('agrees with PyTorch and NumPy on random flows', () => {
    const data = golden<{
      width: number;
      height: number;
      forward: number[];
      backward: number[];
      inside: number[];
      error: number[];
      occluded: number[];
    }>('flow-consistency');
    const { width, height } = data;
    const result = checkForwardBackward(
      { width, height, data: Float32Array.from(data.forward) },
      { width, height, data: Float32Array.from(data.backward) },
    );
    expect([...result.occluded.data]).toEqual(data.occluded);
    const finite = result.error.data.map((e) => (e === Infinity ? -1 : e));
    expect(finite).toBeCloseToArray(data.error, TOLERANCE.interpolation);
  });

  it('gives a confidence below one half exactly where it says occluded', () => {
    const wave = flowFrom(30, 20, (x, y) => [3 * Math.sin(x), 2 * Math.cos(y * 2)]);
    const { occluded, confidence } = checkForwardBackward(wave, wave);
    for (let i = 0; i < 600; i++) {
      expect(confidence.data[i]).toBeGreaterThanOrEqual(0);
      expect(confidence.data[i]).toBeLessThanOrEqual(1);
      expect(confidence.data[i] < 0.5 ? 1 : 0).toBe(occluded.data[i]);
    }
  });

  it('counts unknown flow on either side as occluded', () => {
    const there = flowFrom(3, 1, (x) => [x === 0 ? NaN : 0, 0]);
    const back = { ...flowFrom(3, 1, () => [0, 0]), valid: Uint8Array.of(1, 0, 1) };
    const { occluded, confidence } = checkForwardBackward(there, back);
    expect([...occluded.data]).toEqual([1, 1, 0]);
    expect([...confidence.data]).toEqual([0, 0, 1]);
  });

  it('asks for flows of one size and sensible thresholds', () => {
    const flow = flowFrom(3, 1, () => [0, 0]);
    expect(() =>
      checkForwardBackward(
        flow,
        flowFrom(1, 3, () => [0, 0]),
      ),
    ).toThrow('3 x 1 and 1 x 3');
    expect(() => checkForwardBackward(flow, flow, { beta: -1 })).toThrow('at least 0 for beta');
    expect(() => checkForwardBackward(flow, flow, { alpha: NaN })).toThrow('a finite number for alpha');
  });
});
