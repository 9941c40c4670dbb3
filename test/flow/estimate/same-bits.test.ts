import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { estimateFlow, loadFlowModel } from '../../../src/index.ts';
import { refineFlow } from '../../../src/api/flow.ts';
import type { FlowModel, Image } from '../../../src/index.ts';
import { distances, flowFrom, imageFrom, seeded } from '../fields.ts';

const [width, height] = [209, 151];

/** Hard-edged spots of two sizes; the lower half moves four times as far as the upper. */
function scene(shift: number): Image {
  const random = seeded(3);
  const grain = Array.from({ length: 4096 }, random);
  const at = (x: number, y: number): number => grain[(y & 63) * 64 + (x & 63)];
  const between = (from: number, to: number, share: number): number => from + share * (to - from);
  const value = (x: number, y: number): number => {
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const row = (k: number) => between(at(x0, y0 + k), at(x0 + 1, y0 + k), x - x0);
    return between(row(0), row(1), y - y0);
  };
  const grey = (x: number, y: number, c: number): number =>
    128 + 600 * (0.6 * value((x + 9 * c) / 7, y / 7) + 0.4 * value(x / 2.3, (y + 5 * c) / 2.3) - 0.5);
  return imageFrom(width, height, (x, y) => {
    const moved = x - (y < height / 2 ? shift : 4 * shift);
    const colour = (c: number): number => Math.min(255, Math.max(0, grey(moved, y, c)));
    return [colour(0), colour(1), colour(2)];
  });
}

const SHIFT = 1.7;
const [imageA, imageB] = [scene(0), scene(SHIFT)];

describe('whole estimates', () => {
  let models: FlowModel[] = [];
  beforeAll(async () => {
    models = await Promise.all([1, 2, 3, 4].map((threads) => loadFlowModel('whither-flow', { threads })));
  }, 60_000);
  afterAll(() => Promise.all(models.map((model) => model.dispose())));

  it.each(['fast', 'balanced', 'accurate'] as const)(
    'are the same bits on 1 to 4 threads and on every run: %s',
    async (preset) => {
      let first: Float32Array | undefined;
      for (const model of models)
        for (let run = 0; run < 2; run++) {
          const { data } = (await estimateFlow(model, imageA, imageB, { preset })).flow;
          first ??= data;
          expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(first.buffer))).toBe(0);
        }
    },
  );
});

describe('a start that is moved a little', () => {
  const settings = { alpha: 50, edges: 15, iterations: 2, sweeps: 8, omega: 1.85 };
  const levels = [
    { factor: 2, warps: 6 },
    { factor: 1, warps: 4 },
  ];

  // Rough starts, as at the edges of a network's flow: without trust that falls there, single pixels moved by 0.3 and 1 px.
  it.each([
    [3, 1e-6, 0.01],
    [6, 1e-6, 0.01],
    [3, 1e-4, 0.1],
    [6, 1e-4, 0.1],
  ])('of noise of %i px by %d px moves no pixel of the refined flow by %d px', async (noise, step, bound) => {
    const random = seeded(5);
    const start = flowFrom(width, height, (_, y) => [
      (y < height / 2 ? SHIFT : 4 * SHIFT) + noise * (random() - 0.5),
      noise * (random() - 0.5),
    ]);
    const moved = { ...start, data: start.data.map((value) => value + step * (random() - 0.5)) };
    const refine = (flow: typeof start) => refineFlow(flow, imageA, imageB, { ...settings, levels });
    const [one, other] = [await refine(start), await refine(moved)];
    expect(distances(one.data, other.data).greatest).toBeLessThan(bound);
  });
});
