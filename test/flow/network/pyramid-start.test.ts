import { expect, test } from 'vitest';
import {
  chooseByScore,
  listCandidates,
  pick,
  surroundings,
} from '../../../src/flow/network/pyramid-start.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { TOLERANCE } from '../../tolerances.ts';

const map = (height: number, width: number, value: (c: number, i: number) => number): FeatureMap => ({
  channels: 2,
  height,
  width,
  data: Float32Array.from({ length: 2 * height * width }, (_, i) =>
    value(Math.floor(i / (height * width)), i % (height * width)),
  ),
});

test('the surroundings of a cell are the sure matches around it', () => {
  const flow = map(5, 5, (c, i) => (i === 12 ? 99 : c ? -3 : 7));
  const sure = Float32Array.from({ length: 25 }, (_, i) => (i === 12 ? 0 : 1));
  const { data } = surroundings(flow, sure);
  expect(data[12]).toBeCloseTo(7, 1);
  expect(data[25 + 12]).toBeCloseTo(-3, 1);
});

test('where nothing is sure the surroundings have no flow', () => {
  const { data } = surroundings(
    map(3, 3, () => 5),
    new Float32Array(9),
  );
  expect(data).toEqual(new Float32Array(18));
});

test('each cell takes the candidate of the highest score, u and v together', () => {
  const flows = [
    map(1, 3, (c, i) => c + i),
    map(1, 3, (c, i) => 10 + c + i),
    map(1, 3, (c, i) => 20 + c + i),
  ];
  const scores = [Float32Array.of(1, 0, 5), Float32Array.of(0, 3, 5), Float32Array.of(0.5, 2, 4)];
  const { data } = pick(flows, chooseByScore(scores));
  expect(data).toBeCloseToArray(Float32Array.of(0, 11, 2, 1, 12, 3), TOLERANCE.interpolation);
});

test('with one candidate there is no choice', () => {
  const flow = map(2, 2, (c, i) => c - i);
  expect(pick([flow], chooseByScore([new Float32Array(4)])).data).toEqual(flow.data);
});

test("what an earlier pass found and the motion that most of it shares are candidates beside the pass's own", () => {
  const [match, shared] = [map(4, 4, () => 1), map(4, 4, () => 2)];
  const sure = new Float32Array(16).fill(1);
  expect(listCandidates(match, sure, shared)).toHaveLength(3);
  const before = map(4, 4, (c, i) => (i === 5 ? 40 : c ? -3 : 7));
  const all = listCandidates(match, sure, shared, before);
  expect(all).toHaveLength(5);
  expect(all[3]).toBe(before);
  const { data } = all[4];
  expect(data[5]).toBeCloseTo(7, 1);
  expect(data[16 + 5]).toBeCloseTo(-3, 1);
});
