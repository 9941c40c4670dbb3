import { expect, test } from 'vitest';
import { cropState } from '../../../src/flow/network/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';

/** Planes of 2 x 3 cells, in which the plane's number is the tens and the cell's the ones. */
const map = (channels: number): FeatureMap => ({
  ...{ channels, height: 2, width: 3 },
  data: Float32Array.from({ length: channels * 6 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6)),
});

test.each([
  ['two flows and a confidence', 2, 5],
  ['three flows, a confidence and a mark', 3, 8],
])('a window of %s has the flows to its own window of B, and the rest as it is', (_, flows, channels) => {
  const state = {
    ...{ level: 1, steps: 2 },
    ...{ flow: map(2), logit: map(1), hidden: map(4), guides: { ...map(channels), flows } },
  };
  const window = { left: 1, top: 0, width: 1, height: 2 };
  const { level, steps, flow, logit, guides, hidden } = cropState(state, window, [100, 200]);
  expect([level, steps]).toEqual([1, 2]);
  expect([...flow.data]).toEqual([1 - 100, 4 - 100, 11 - 200, 14 - 200]);
  expect([...logit.data]).toEqual([1, 4]);
  expect([...hidden.data]).toEqual([1, 4, 11, 14, 21, 24, 31, 34]);
  expect(guides.flows).toBe(flows);
  const shiftOf = (plane: number): number => (plane < 2 * flows ? [100, 200][plane % 2] : 0);
  const wanted = Array.from({ length: channels }, (_plane, k) =>
    [1, 4].map((cell) => 10 * k + cell - shiftOf(k)),
  );
  expect([...guides.data]).toEqual(wanted.flat());
});
