import { expect, test } from 'vitest';
import { fillUnsure } from '../../src/flow/pyramid-fill.ts';
import type { FeatureMap } from '../../kernels/types.ts';
import { TOLERANCE } from '../tolerances.ts';

const map = (
  channels: number,
  height: number,
  width: number,
  value: (c: number, i: number) => number,
): FeatureMap => ({
  channels,
  height,
  width,
  data: Float32Array.from({ length: channels * height * width }, (_, i) =>
    value(Math.floor(i / (height * width)), i % (height * width)),
  ),
});

test('where the match is sure it stays as it is', () => {
  const flow = map(2, 4, 6, (c, i) => c * 10 + i);
  const sure = map(1, 4, 6, () => 1);
  expect(fillUnsure(flow, sure).data).toBeCloseToArray(flow.data, TOLERANCE.interpolation);
});

test('a cell without confidence takes the flow of the sure ones around it', () => {
  const flow = map(2, 5, 5, (c, i) => (i === 12 ? 99 : c ? -3 : 7));
  const sure = map(1, 5, 5, (_, i) => (i === 12 ? 0 : 1));
  const { data } = fillUnsure(flow, sure);
  expect(data[12]).toBeCloseTo(7, 1);
  expect(data[25 + 12]).toBeCloseTo(-3, 1);
});

test('where nothing is sure there is no flow, unless an initial one is given', () => {
  const flow = map(2, 3, 3, () => 5);
  const unsure = map(1, 3, 3, () => 0);
  expect(fillUnsure(flow, unsure).data).toEqual(new Float32Array(18));
  const initial = map(2, 3, 3, (c, i) => c - i);
  expect(fillUnsure(flow, unsure, initial).data).toEqual(initial.data);
});

test('the share of the match grows steeply with its confidence', () => {
  const shareAt = (sure: number) =>
    fillUnsure(
      map(2, 2, 2, () => 1),
      map(1, 2, 2, () => sure),
      map(2, 2, 2, () => 0),
    ).data[0];
  expect(shareAt(0.15)).toBeCloseTo(0.575, 5);
  expect(shareAt(0.5)).toBeCloseTo(0.575 / 0.65, 5);
});
