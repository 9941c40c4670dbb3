import { describe, expect, it } from 'vitest';
import { prepareRefinement, refineReference } from '../../../kernels/index.ts';
import type { RefineInput, RefineParameters } from '../../../kernels/index.ts';
import { seeded } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';

/** A smooth texture whose every point is known, moved by (u, v); values from about 20 to 235. */
function texture(channels: number, width: number, height: number, u = 0, v = 0) {
  const data = new Float32Array(channels * height * width);
  for (let c = 0, i = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const [px, py] = [x - u, y - v];
        data[i] =
          128 +
          45 * Math.sin(px * 0.31 + c + 1.5 * Math.sin(py * 0.13)) +
          40 * Math.cos(py * 0.37 - c) +
          22 * Math.sin((px + 2 * py) * 0.23 + 2 * c);
      }
  return { channels, height, width, data };
}

function flowOf(width: number, height: number, at: (x: number, y: number) => readonly [number, number]) {
  const flow = new Float32Array(width * height * 2);
  for (let i = 0; i < width * height; i++) flow.set(at(i % width, Math.floor(i / width)), i * 2);
  return flow;
}

/** Mean distance of two flows, in pixels. */
function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 2) sum += Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1]);
  return (sum / a.length) * 2;
}

async function refine(input: RefineInput, parameters?: RefineParameters): Promise<Float32Array> {
  return (await prepareRefinement(input.a, { threads: 1 })).run(input, parameters);
}

/** A pair that moves by (0.6, -0.4), and a start that is off by up to 0.8 px in smooth waves. */
function perturbed(channels: number, width: number, height: number) {
  const truth = flowOf(width, height, () => [0.6, -0.4]);
  const flow = flowOf(width, height, (x, y) => [0.6 + 0.8 * Math.sin(y / 7), -0.4 + 0.8 * Math.cos(x / 9)]);
  const input = { a: texture(channels, width, height), b: texture(channels, width, height, 0.6, -0.4), flow };
  return { truth, input };
}

describe('the refinement', () => {
  it.each([1, 3])(
    'brings a perturbed flow close to the true motion between pixels, %i channels',
    async (c) => {
      const { truth, input } = perturbed(c, 64, 48);
      const before = distance(input.flow, truth);
      expect(before).toBeGreaterThan(0.5);
      expect(distance(await refine(input, { sigma: 0 }), truth)).toBeLessThan(0.2 * before);
      expect(distance(await refine(input), truth)).toBeLessThan(0.2 * before);
      expect(distance(await refine(input, { warps: 3 }), truth)).toBeLessThan(0.05 * before);
    },
  );

  it('hardly moves what is right already', async () => {
    const { truth, input } = perturbed(3, 64, 48);
    expect(distance(await refine({ ...input, flow: truth }), truth)).toBeLessThan(0.02);
  });

  const sizes = [
    [1, 1, 1],
    [3, 5, 7],
    [3, 7, 5],
    [3, 8, 8],
    [1, 1, 9],
    [2, 16, 1],
    [4, 17, 3],
    [3, 33, 20],
    [1, 40, 25],
  ] as const;
  it.each(sizes)('agrees with its definition on %i channels of %i x %i', async (channels, width, height) => {
    const random = seeded(width * 100 + height);
    const noisy = (map: ReturnType<typeof texture>) => ({
      ...map,
      data: map.data.map((value) => value + 4 * random()),
    });
    const a = noisy(texture(channels, width, height));
    const b = noisy(texture(channels, width, height, 0.8, -0.7));
    const flow = flowOf(width, height, () => [random() + 0.3, random() - 1.2]);
    const confidence = Float32Array.from({ length: width * height }, random);
    const cases: [Partial<RefineInput>, RefineParameters][] = [
      [{}, {}],
      [{ confidence }, { warps: 1, sigma: 0, iterations: 4, sweeps: 4, omega: 1.2 }],
      [{}, { alpha: 5, delta: 0, gamma: 20, epsilon: 0.01, sweeps: 1, span: 2 }],
      [{}, { alpha: 40, edges: 10 }],
      [{ confidence }, { edges: 40, sweeps: 2 }],
    ];
    const prepared = await prepareRefinement({ channels, width, height });
    for (const [more, parameters] of cases) {
      const input = { a, b, flow, ...more };
      const result = prepared.run(input, parameters);
      expect(result).toBeCloseToArray(refineReference(input, parameters), TOLERANCE.refinement);
    }
  });

  it('agrees with its definition where the flow leads far out of the frame', async () => {
    const { input } = perturbed(3, 21, 13);
    const flow = flowOf(21, 13, (x, y) => [x < 10 ? -300 : 3, y < 6 ? 200.5 : -1]);
    expect(await refine({ ...input, flow })).toBeCloseToArray(
      refineReference({ ...input, flow }),
      TOLERANCE.refinement,
    );
  });

  it.each([
    [1, 1],
    [5, 7],
    [30, 20],
  ])('leaves uniform flow as it is where the images are constant, %i x %i', async (width, height) => {
    const map = { channels: 3, width, height, data: new Float32Array(width * height * 3).fill(90) };
    const flow = flowOf(width, height, () => [1.25, -0.5]);
    expect(await refine({ a: map, b: map, flow })).toBeCloseToArray(flow, TOLERANCE.interpolation);
  });

  it('gives finite flow between constant images whatever the start', async () => {
    const map = { channels: 3, width: 30, height: 20, data: new Float32Array(1800) };
    const random = seeded(3);
    const flow = flowOf(30, 20, () => [random() * 100 - 50, random() * 1e4]);
    expect((await refine({ a: map, b: map, flow })).every(Number.isFinite)).toBe(true);
  });

  it('follows smoothness alone where there is no confidence', async () => {
    const { input } = perturbed(3, 32, 24);
    const untrusted = { ...input, confidence: new Float32Array(32 * 24) };
    const constant = { ...input.a, data: new Float32Array(input.a.data.length) };
    expect(await refine(untrusted)).toBeCloseToArray(
      await refine({ ...input, a: constant, b: constant }),
      TOLERANCE.refinement,
    );
  });

  it('lets the flow break where A has an edge', async () => {
    const [width, height] = [24, 16];
    const step = { channels: 1, width, height, data: new Float32Array(width * height) };
    step.data.forEach((_, i) => (step.data[i] = i % width < 12 ? 40 : 200));
    const flow = flowOf(width, height, (x) => [0, x < 12 ? 2 : -2]);
    const jump = (refined: Float32Array) => refined[2 * 11 + 1] - refined[2 * 12 + 1];
    const options = { iterations: 10, sweeps: 20, epsilon: 10 };
    const plain = jump(await refine({ a: step, b: step, flow }, options));
    const broken = jump(await refine({ a: step, b: step, flow }, { ...options, edges: 20 }));
    expect(broken).toBeGreaterThan(20 * plain);
  });

  it('gives the same whatever span its values are in', async () => {
    const { input } = perturbed(3, 32, 24);
    const scale = (map: typeof input.a) => ({ ...map, data: map.data.map((value) => value / 127.5 - 1) });
    const [a, b] = [scale(input.a), scale(input.b)];
    expect(await refine({ ...input, a, b }, { span: 2, edges: 10 })).toBeCloseToArray(
      await refine(input, { edges: 10 }),
      TOLERANCE.refinement,
    );
  });

  it('gives the same bytes for the same input, whatever was done between, and leaves that unchanged', async () => {
    const { input } = perturbed(3, 37, 22);
    const copy = structuredClone(input);
    const prepared = await prepareRefinement(input.a);
    const first = prepared.run(input);
    const other = flowOf(37, 22, (x, y) => [x * 40, y * -70]);
    prepared.run({ ...input, flow: other, confidence: new Float32Array(37 * 22).fill(0.3) }, { warps: 3 });
    expect(Buffer.from(prepared.run(input).buffer)).toEqual(Buffer.from(first.buffer));
    expect(Buffer.from((await refine(input)).buffer)).toEqual(Buffer.from(first.buffer));
    expect(input).toEqual(copy);
  });

  it.each([2, 3])('gives the same bytes on %i threads, run after run', async (threads) => {
    const { input } = perturbed(3, 75, 70);
    const flow = flowOf(75, 70, (x, y) => [Math.sin(x * y) * 3, y < 30 ? 40 : -1]);
    using prepared = await prepareRefinement(input.a, { threads });
    for (const parameters of [{}, { warps: 3, iterations: 1, sweeps: 1 }, { iterations: 7, sweeps: 9 }]) {
      const wanted = await refine({ ...input, flow }, parameters);
      for (let round = 0; round < 3; round++)
        expect(prepared.run({ ...input, flow }, parameters)).toEqual(wanted);
    }
  });

  it('refuses sizes and parameters that make no sense', async () => {
    const { input } = perturbed(1, 8, 8);
    const prepared = await prepareRefinement(input.a);
    await expect(prepareRefinement({ channels: 5, width: 8, height: 8 })).rejects.toThrow('1 to 4 channels');
    await expect(prepareRefinement({ channels: 3, width: 1e5, height: 1e5 })).rejects.toThrow('2 GiB');
    expect(() => prepared.run({ ...input, flow: new Float32Array(3) })).toThrow(
      'Expected 128 values for flow',
    );
    expect(() => prepared.run({ ...input, b: texture(3, 8, 8) })).toThrow(
      'Expected 1 channels of 8 x 8 for b',
    );
    expect(() => prepared.run(input, { omega: 2 })).toThrow('for omega but received 2');
    expect(() => prepared.run(input, { warps: 1.5 })).toThrow('Expected an integer for warps');
    await expect(prepareRefinement(input.a, { threads: 9 })).rejects.toThrow('from 1 to 8 for threads');
    expect(() => prepared.run(input, { alpha: NaN })).toThrow('for alpha but received NaN');
    prepared.dispose();
    expect(() => prepared.run(input)).toThrow('received one that was disposed');
  });
});
