import { describe, expect, it } from 'vitest';
import { createCorrespondences, fitHomography } from '../../src/api/geometry.ts';
import { fromJson, toJson } from '../../src/index.ts';
import { scoreFlow } from '../../src/api/evaluate.ts';
import type { Correspondences, FlowField } from '../../src/index.ts';

describe('JSON', () => {
  it('keeps correspondences, and what was fitted to them', () => {
    const points = Array.from({ length: 40 }, (_, i) => Math.sin(i * i) * 100);
    const pairs = createCorrespondences(
      points,
      points.map((value) => value / 3),
    );
    const back = fromJson<Correspondences>(toJson(pairs));
    expect(back).toEqual(pairs);
    expect(back.pointsA).toBeInstanceOf(Float64Array);
    const fit = fitHomography(pairs);
    expect(fromJson(toJson(fit, 2))).toEqual(fit);
    expect(fitHomography(back)).toEqual(fit);
  });

  it('keeps a flow, with its mask and with values that JSON lacks', () => {
    const flow: FlowField = {
      width: 2,
      height: 1,
      data: Float32Array.of(NaN, 0.1, -0, Infinity),
      valid: Uint8Array.of(0, 1),
    };
    const back = fromJson<FlowField>(toJson({ flow, logFalseAlarms: Infinity }));
    expect(back).toEqual({ flow, logFalseAlarms: Infinity });
    const { data } = fromJson<FlowField>(toJson(flow));
    expect(new Uint32Array(data.buffer)).toEqual(new Uint32Array(flow.data.buffer));
    expect(scoreFlow(fromJson(toJson(flow)), flow)).toEqual(scoreFlow(flow, flow));
  });

  it('keeps a part of a larger array, and what is worked out when asked for', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const lazy = Object.defineProperty({ data }, 'mask', { enumerable: true, get: () => Uint8Array.of(1) });
    expect(fromJson(toJson(lazy))).toEqual({ data: Float32Array.of(2, 3), mask: Uint8Array.of(1) });
  });

  it('refuses arrays that are damaged or of another kind', () => {
    expect(() => toJson({ data: new Int8Array(2) })).toThrow('Expected one of Uint8Array');
    expect(() => fromJson('{ "$array": "Function", "base64": "" }')).toThrow('Expected the bytes of one of');
    expect(() => fromJson('{ "$array": "Float32Array", "base64": "AAA=" }')).toThrow('a multiple of 4 bytes');
    expect(() => fromJson('{')).toThrow(SyntaxError);
  });
});
