import { describe, expect, it } from 'vitest';
import { prepareUpsample, upsampleReference } from '../../../kernels/index.ts';
import type { UpsampleInput, UpsampleOutput, UpsampleSpec } from '../../../kernels/index.ts';
import { seeded } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';

async function run(
  spec: UpsampleSpec,
  input: UpsampleInput,
  scale?: number,
  threads = 1,
): Promise<UpsampleOutput> {
  using prepared = await prepareUpsample(spec, { threads });
  return prepared.run(input, scale);
}

function randomInput({ height, width, factor, extra = 0 }: UpsampleSpec, spread: number): UpsampleInput {
  const random = seeded(height * 100 + width);
  const values = (length: number, range: number) =>
    Float32Array.from({ length }, () => (random() * 2 - 1) * range);
  const cells = height * width;
  return {
    flow: values(2 * cells, 5),
    mask: values(9 * factor * factor * cells, spread),
    extra: values(extra * cells, 3),
  };
}

/** Logits that leave all the weight to one neighbour. */
function choose({ height, width, factor }: UpsampleSpec, neighbour: (fy: number, fx: number) => number) {
  const cells = height * width;
  const mask = new Float32Array(9 * factor * factor * cells).fill(-1000);
  for (let fy = 0; fy < factor; fy++)
    for (let fx = 0; fx < factor; fx++) {
      const plane = (neighbour(fy, fx) * factor + fy) * factor + fx;
      mask.fill(1000, plane * cells, (plane + 1) * cells);
    }
  return mask;
}

const SPECS: readonly UpsampleSpec[] = [
  { height: 1, width: 1, factor: 1 },
  { height: 1, width: 1, factor: 4, extra: 1 },
  { height: 2, width: 3, factor: 2 },
  { height: 3, width: 4, factor: 3, extra: 2 },
  { height: 5, width: 7, factor: 4, extra: 1 },
  { height: 7, width: 5, factor: 5 },
  { height: 4, width: 8, factor: 8, extra: 1 },
  { height: 9, width: 13, factor: 2, extra: 3 },
  { height: 6, width: 9, factor: 4, extra: 2, logistic: true },
];

describe('convex upsampling', () => {
  it('takes the neighbour that has all the weight, and repeats the edge', async () => {
    const spec = { height: 2, width: 2, factor: 2 };
    const flow = Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40);
    // The upper left fine cell of each takes the upper left neighbour, and so on to the lower right.
    const mask = choose(spec, (fy, fx) => 6 * fy + 2 * fx);
    const { flow: fine } = await run(spec, { flow, mask });
    const u = [1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4];
    expect([...fine]).toEqual([...u, ...u.map((value) => value * 10)]);
  });

  it('weighs by the softmax of the logits', async () => {
    const spec = { height: 1, width: 3, factor: 1 };
    const mask = new Float32Array(27).fill(-100);
    // Cell 1 of neighbours 3 (left) and 5 (right): one third and two thirds.
    mask[3 * 3 + 1] = 7;
    mask[5 * 3 + 1] = 7 + Math.log(2);
    const { flow } = await run(spec, { flow: Float32Array.of(1, 50, 4, 0, 0, 9), mask });
    expect([flow[1], flow[4]]).toBeCloseToArray([3, 6], TOLERANCE.interpolation);
  });

  describe.each([1, 3])('on %i threads', (threads) => {
    it.each(SPECS)('agrees with its definition on %j', async (spec) => {
      for (const [spread, scale] of [
        [2, 1],
        [200, -4],
      ]) {
        const input = randomInput(spec, spread);
        const wanted = upsampleReference(spec, input, scale);
        const result = await run(spec, input, scale, threads);
        expect(result.flow).toBeCloseToArray(wanted.flow, TOLERANCE.interpolation);
        expect(result.extra).toBeCloseToArray(wanted.extra, TOLERANCE.interpolation);
      }
    });
  });

  it('keeps a constant, times the scale, whatever the logits', async () => {
    const spec = { height: 3, width: 6, factor: 4, extra: 1 };
    const { mask } = randomInput(spec, 30);
    const constant = { flow: new Float32Array(36).fill(1.5), mask, extra: new Float32Array(18).fill(-2) };
    const { flow, extra } = await run(spec, constant, 4);
    expect(flow).toBeCloseToArray(new Float32Array(flow.length).fill(6), TOLERANCE.interpolation);
    expect(extra).toBeCloseToArray(new Float32Array(extra.length).fill(-2), TOLERANCE.interpolation);
  });

  it('stays between the least and the greatest of the values around', async () => {
    const spec = { height: 4, width: 5, factor: 3 };
    const input = randomInput(spec, 5);
    const { flow } = await run(spec, input);
    const [least, greatest] = [Math.min(...input.flow), Math.max(...input.flow)];
    expect(flow.every((value) => value >= least - 1e-5 && value <= greatest + 1e-5)).toBe(true);
  });

  it('leaves its input alone, and nothing over from the run before', async () => {
    const spec = { height: 3, width: 7, factor: 2, extra: 1 };
    const input = randomInput(spec, 2);
    const copy = structuredClone(input);
    using prepared = await prepareUpsample(spec);
    const first = prepared.run(input);
    const before = structuredClone(first);
    prepared.run({ ...input, flow: input.flow.map((value) => value * 1e6) }, 3);
    expect(first).toEqual(before);
    const out = { flow: new Float32Array(2 * 84).fill(NaN), extra: new Float32Array(84).fill(NaN) };
    expect(prepared.run(input, 1, out)).toBe(out);
    expect(out).toEqual(before);
    expect(input).toEqual(copy);
  });

  it('takes a mask from its own memory, on one thread', async () => {
    const spec = { height: 3, width: 5, factor: 4, extra: 1 };
    const input = randomInput(spec, 2);
    using prepared = await prepareUpsample(spec, { threads: 1 });
    const wanted = prepared.run(input);
    const mask = prepared.mask!;
    mask.fill(NaN);
    mask.set(input.mask);
    expect(prepared.run({ ...input, mask })).toEqual(wanted);
    using shared = await prepareUpsample(spec, { threads: 2 });
    expect(shared.mask).toBeUndefined();
  });

  it('gives a probability for a logit however great', async () => {
    const spec = { height: 1, width: 2, factor: 1, extra: 1, logistic: true };
    const mask = choose(spec, () => 4);
    const { extra } = await run(spec, { flow: new Float32Array(4), mask, extra: Float32Array.of(-1e4, 1e4) });
    expect([...extra]).toBeCloseToArray([0, 1], TOLERANCE.interpolation);
  });

  it('refuses sizes and values that make no sense', async () => {
    const spec = { height: 2, width: 3, factor: 2, extra: 1 };
    const input = randomInput(spec, 1);
    const prepared = await prepareUpsample(spec);
    await expect(prepareUpsample({ ...spec, factor: 17 })).rejects.toThrow('from 1 to 16 for factor');
    await expect(prepareUpsample({ ...spec, width: 0 })).rejects.toThrow('for width but received 0');
    await expect(prepareUpsample({ height: 2e4, width: 2e4, factor: 8 })).rejects.toThrow('2 GiB');
    expect(() => prepared.run({ ...input, mask: new Float32Array(9) })).toThrow(
      'Expected 216 values for mask, a 36 x 2 x 3 array, but received 9',
    );
    expect(() => prepared.run({ ...input, extra: undefined })).toThrow('Expected a Float32Array for extra');
    expect(() => prepared.run(input, NaN)).toThrow('Expected a finite number for scale but received NaN');
    prepared.dispose();
    expect(() => prepared.run(input)).toThrow('received one that was disposed');
  });
});
