import { describe, expect, it } from 'vitest';
import {
  averageSquares,
  averageSquaresReference,
  enlargeFlow,
  enlargeFlowReference,
  enlargePlanes,
  enlargePlanesReference,
  imagePlanes,
  imagePlanesReference,
  resizePlanes,
} from '../../../kernels/resample/index.ts';
import { golden, seeded, testImage } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { compiled, interpreted } from '../compiled.ts';

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

const random = seeded(11);
const noise = (length: number) => Float32Array.from({ length }, () => random() * 20 - 10);

describe('the SIMD code', () => {
  it.each([
    [1, 1, 1, 1],
    [1, 1, 9, 5],
    [1, 7, 3, 7],
    [5, 1, 11, 2],
    [2, 2, 3, 3],
    [7, 5, 28, 20],
    [13, 9, 31, 10],
    [300, 40, 1201, 333],
  ])('enlarges planes of %i x %i to %i x %i as the definition does', (width, height, toWidth, toHeight) => {
    const planes = { channels: 3, width, height, data: noise(3 * width * height) };
    const out = compiled(() => enlargePlanes(planes, toWidth, toHeight));
    const wanted = enlargePlanesReference(planes, toWidth, toHeight);
    expect(out).toMatchObject({ channels: 3, width: toWidth, height: toHeight });
    expect(out.data).toBeCloseToArray(wanted.data, TOLERANCE.interpolation);
  });

  it.each([
    [1, 1, 1, 1],
    [1, 1, 5, 3],
    [1, 4, 3, 9],
    [3, 1, 7, 1],
    [2, 3, 3, 3],
    [9, 7, 36, 28],
    [210, 31, 1023, 300],
  ])('enlarges flow of %i x %i to %i x %i as the definition does', (width, height, toWidth, toHeight) => {
    const flow = { width, height, data: noise(2 * width * height) };
    const size = { width: toWidth, height: toHeight };
    const options = { factors: [3, -2], full: { width: toWidth + 2, height: toHeight + 1 } } as const;
    for (const onto of [false, true]) {
      const start = noise(2 * toWidth * toHeight);
      const out = compiled(() => enlargeFlow(flow, size, { ...options, onto }, start.slice()));
      const wanted = enlargeFlowReference(flow, size, { ...options, onto }, start.slice());
      expect(out).toBeCloseToArray(wanted, TOLERANCE.interpolation);
    }
  });

  it.each([
    [1, 1, 1],
    [5, 3, 1],
    [16, 2, 1],
    [2, 2, 2],
    [18, 6, 2],
    [7, 5, 2],
    [12, 8, 4],
    [13, 11, 4],
    [3, 2, 8],
    [2, 40, 7],
    [1026, 300, 1],
    [1026, 300, 2],
    [1027, 301, 4],
  ])(
    'brings an image of %i x %i, shrunk by %i, to planes as the definition does',
    (width, height, factor) => {
      const image = testImage(width, height);
      const out = compiled(() => imagePlanes(image, factor, [-1, 1]));
      const wanted = imagePlanesReference(image, factor, [-1, 1]);
      expect(out).toMatchObject({ channels: 3, width: wanted.width, height: wanted.height });
      expect(out.data).toBeCloseToArray(wanted.data, TOLERANCE.interpolation);
    },
  );

  it('gives black and white their values', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(0, 255, 0, 255, 0, 255) };
    expect([...imagePlanes(image, 1, [-1, 1]).data]).toEqual([-1, 1, 1, -1, -1, 1]);
  });

  it.each([
    [2, 2],
    [6, 4],
    [10, 2],
    [700, 202],
  ])('halves planes of %i x %i as the definition does', (width, height) => {
    const planes = { channels: 2, width, height, data: noise(2 * width * height) };
    const out = compiled(() => averageSquares(planes, 2));
    const wanted = averageSquaresReference(planes, 2);
    expect(out).toMatchObject({ width: width / 2, height: height / 2 });
    expect(out.data).toBeCloseToArray(wanted.data, TOLERANCE.interpolation);
  });

  it('does rows that are longer than its memory by the definition', () => {
    const planes = { channels: 1, width: 300_000, height: 1, data: noise(300_000) };
    const out = interpreted(() => enlargePlanes(planes, 300_001, 2));
    expect(out.data).toBeCloseToArray(
      enlargePlanesReference(planes, 300_001, 2).data,
      TOLERANCE.interpolation,
    );
  });
});
