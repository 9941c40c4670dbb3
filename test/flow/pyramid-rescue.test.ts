import { expect, test } from 'vitest';
import { rescueMatches } from '../../src/flow/pyramid-rescue.ts';
import type { SureFlow } from '../../src/flow/pyramid-rescue.ts';

/** One row of cells: u, v and confidence of each. */
const row = (...cells: [number, number, number][]): SureFlow => ({
  flow: {
    channels: 2,
    height: 1,
    width: cells.length,
    data: Float32Array.from([...cells.map(([u]) => u), ...cells.map(([, v]) => v)]),
  },
  confidence: {
    channels: 1,
    height: 1,
    width: cells.length,
    data: Float32Array.from(cells.map(([, , c]) => c)),
  },
});

test('a sure match that is far from the flow takes its place, with its confidence', () => {
  const { flow, confidence } = rescueMatches(row([1, 1, 0.5], [1, 1, 0.5]), row([1, 9, 0.75], [1, 9, 0.125]));
  expect([...flow.data]).toEqual([1, 1, 9, 1]);
  expect([...confidence.data]).toEqual([0.75, 0.5]);
});

test('a match close to the flow leaves it as it is', () => {
  const { flow, confidence } = rescueMatches(row([1, 1, 0.5]), row([2, 2, 1]));
  expect([...flow.data]).toEqual([1, 1]);
  expect([...confidence.data]).toEqual([0.5]);
});

test('a match has to be surer where the flow came with more confidence', () => {
  const match = row([8, 0, 0.25], [8, 0, 0.25]);
  expect([...rescueMatches(row([0, 0, 0.25], [0, 0, 0.75]), match).flow.data]).toEqual([8, 0, 0, 0]);
});
