import { describe, expect, it } from 'vitest';
import { resizePlanes } from '../../kernels/resample/index.ts';
import { golden } from '../flow/fields.ts';
import { TOLERANCE } from '../tolerances.ts';

const data = golden<{
  width: number;
  height: number;
  planes: number[];
  cases: { how: string; width: number; height: number; planes: number[] }[];
}>('flow-resize');
const map = { channels: 2, width: data.width, height: data.height, data: Float32Array.from(data.planes) };

describe('resizePlanes', () => {
  it.each(data.cases)(
    'agrees with $how of PyTorch or OpenCV at $width x $height',
    ({ width, height, planes }) => {
      const out = resizePlanes(map, width, height);
      expect(out).toMatchObject({ channels: 2, width, height });
      expect(out.data).toBeCloseToArray(planes, TOLERANCE.interpolation);
    },
  );

  it('halves by the mean of pairs', () => {
    const row = { channels: 1, width: 4, height: 1, data: Float32Array.of(1, 3, 10, 20) };
    expect([...resizePlanes(row, 2, 1).data]).toEqual([2, 15]);
  });

  it('weights the pixels at the ends of a stretch by the part covered', () => {
    const row = { channels: 1, width: 3, height: 1, data: Float32Array.of(3, 6, 9) };
    expect([...resizePlanes(row, 2, 1).data]).toEqual([4, 8]);
  });

  it('doubles with half-pixel centres and repeats the edge', () => {
    const row = { channels: 1, width: 2, height: 1, data: Float32Array.of(0, 4) };
    expect([...resizePlanes(row, 4, 1).data]).toEqual([0, 1, 3, 4]);
  });

  it('keeps a constant constant at any size', () => {
    const flat = { channels: 1, width: 7, height: 5, data: new Float32Array(35).fill(2.5) };
    for (const [width, height] of [
      [1, 1],
      [3, 11],
      [20, 2],
      [7, 5],
    ])
      expect(resizePlanes(flat, width, height).data).toBeCloseToArray(
        new Float32Array(width * height).fill(2.5),
        TOLERANCE.interpolation,
      );
  });

  it('keeps the mean when it shrinks', () => {
    const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
    const plane = { ...map, channels: 1, data: map.data.subarray(0, data.width * data.height) };
    expect(mean(resizePlanes(plane, 5, 4).data)).toBeCloseTo(mean(plane.data), 5);
  });

  it('copies when the size stays', () => {
    const out = resizePlanes(map, map.width, map.height);
    expect(out.data).toEqual(map.data);
    expect(out.data).not.toBe(map.data);
  });

  it('enlarges a single pixel', () => {
    const dot = { channels: 1, width: 1, height: 1, data: Float32Array.of(7) };
    expect([...resizePlanes(dot, 2, 2).data]).toEqual([7, 7, 7, 7]);
  });

  it('refuses sizes below 1 x 1', () => {
    expect(() => resizePlanes(map, 0, 3)).toThrow('at least 1 x 1 but received 0 x 3');
  });
});
