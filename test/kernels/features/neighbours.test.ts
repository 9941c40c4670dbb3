import { describe, expect, it } from 'vitest';
import {
  neighbourhoodDifferences,
  neighbourhoodDifferencesReference,
  normalizedCorrelation,
  normalizedCorrelationReference,
} from '../../../kernels/index.ts';
import type { FeatureMap, NormalizedCorrelationOptions } from '../../../kernels/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { impulse, randomFeatures, translate } from '../feature-maps.ts';

const map = (...rows: number[][]): FeatureMap => ({
  channels: 1,
  height: rows.length,
  width: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

/** The channels of a map at one cell. */
const cell = ({ channels, height, width, data }: FeatureMap, y: number, x: number): number[] =>
  Array.from({ length: channels }, (_, c) => data[(c * height + y) * width + x]);

describe('cross-input neighbourhood differences', () => {
  const f = map([5, 7, 2], [1, 4, 2], [3, 4, 4]);
  const g = map([1, 4, 1], [2, 3, 5], [1, 2, 3]);

  it('are those of the worked example, with neighbourhoods of 2 x 2', () => {
    const differences = neighbourhoodDifferences(f, g, 2);
    expect(cell(differences, 0, 0)).toEqual([4, 1, 3, 2]);
    expect(cell(differences, 1, 1)).toEqual([1, -1, 2, 1]);
    // Right of and below the map there is nothing to take away.
    expect(cell(differences, 2, 2)).toEqual([1, 4, 4, 4]);
  });

  it('have the other half with f and g swapped', () => {
    expect(cell(neighbourhoodDifferences(g, f, 2), 0, 0)).toEqual([-4, -6, 0, -3]);
  });

  it.each([
    [1, 1, 1, 1],
    [3, 4, 7, 5],
    [2, 3, 2, 5],
    [2, 6, 3, 2],
    [1, 5, 5, 4],
  ])('agree with the definition: %i channels, %i x %i, size %i', (channels, height, width, size) => {
    const [a, b] = [randomFeatures(channels, height, width, 1), randomFeatures(channels, height, width, 2)];
    const wanted = neighbourhoodDifferencesReference(a, b, size);
    expect(neighbourhoodDifferences(a, b, size)).toEqual(wanted);
    expect(wanted.channels).toBe(channels * size * size);
  });

  it('refuse maps of different shapes', () => {
    expect(() => neighbourhoodDifferences(f, map([1, 2]))).toThrow(/Expected a map of 1 x 3 x 3 for g/);
    expect(() => neighbourhoodDifferences(f, g, 0)).toThrow(RangeError);
  });
});

describe('normalised correlation of neighbourhoods', () => {
  it('is 1 of a patch with itself and blind to gain and offset, nearly', () => {
    const f = randomFeatures(1, 7, 6, 3);
    const g = { ...f, data: f.data.map((value) => 3 * value) };
    const options = { epsilon: 1e-6, size: 3, rows: 0 };
    const scores = normalizedCorrelation(f, g, options);
    for (let y = 0; y < 7; y++) for (let x = 0; x < 6; x++) expect(cell(scores, y, x)[x]).toBeCloseTo(1, 4);
  });

  it('is that of two patches worked out by hand', () => {
    // Means 1.5 and 2.5; (-1.5, -.5, .5, 1.5) with (1.5, -.5, .5, -1.5): -2 + -2.25 ... = -4 of squares 5 and 5.
    const f = map([0, 1], [2, 3]);
    const g = map([4, 2], [3, 1]);
    const { data } = normalizedCorrelation(f, g, { size: 2, rows: 0, epsilon: 1e-9 });
    expect(data[0]).toBeCloseTo((-1.5 * 1.5 + 0.5 * 0.5 + 0.5 * 0.5 - 1.5 * 1.5) / 5, 5);
  });

  it('finds what has moved within the band', () => {
    const f = impulse(1, 9, 11, [0, 4, 3]);
    const scores = normalizedCorrelation(f, translate(f, 4, 1));
    const here = cell(scores, 4, 3);
    expect(here.indexOf(Math.max(...here))).toBe((1 + 2) * 11 + 7);
  });

  it('counts patches without contrast, and rows that are not there, as 0', () => {
    const flat = { channels: 1, height: 12, width: 8, data: new Float32Array(96).fill(7) };
    expect(cell(normalizedCorrelation(flat, flat), 6, 4)[2 * 8 + 4]).toBe(0);
    const f = randomFeatures(1, 4, 4, 1);
    expect(cell(normalizedCorrelation(f, f), 0, 0).slice(0, 8)).toEqual(new Array(8).fill(0));
  });

  it.each<[number, [number, number], [number, number], NormalizedCorrelationOptions]>([
    [1, [1, 1], [1, 1], { size: 2, rows: 0 }],
    [2, [5, 7], [5, 7], {}],
    [2, [4, 3], [6, 5], { size: 3, rows: 3 }],
    [1, [6, 4], [2, 9], { size: 4, rows: 1, epsilon: 0.1 }],
  ])('agrees with the definition: %i channels, %j against %j', (channels, a, b, options) => {
    const [f, g] = [randomFeatures(channels, ...a, 1), randomFeatures(channels, ...b, 2)];
    const wanted = normalizedCorrelationReference(f, g, options);
    const result = normalizedCorrelation(f, g, options);
    expect([result.channels, result.height, result.width]).toEqual([wanted.channels, ...a]);
    expect(result.data).toBeCloseToArray(wanted.data, TOLERANCE.correlation);
  });

  it('refuses what makes no sense', () => {
    const f = randomFeatures(1, 3, 3, 1);
    expect(() => normalizedCorrelation(f, randomFeatures(2, 3, 3, 1))).toThrow(/for g/);
    expect(() => normalizedCorrelation(f, f, { size: 1 })).toThrow(RangeError);
    expect(() => normalizedCorrelation(f, f, { epsilon: 0 })).toThrow(/above 0 for epsilon/);
  });
});
