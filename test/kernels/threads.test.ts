import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  prepareAllPairs,
  prepareCorrelation,
  prepareLookup,
  prepareMatch,
  prepareRefinement,
  prepareUpsample,
} from '../../kernels/index.ts';
import type { CorrelationSpec, LookupSpec, RefineParameters, UpsampleSpec } from '../../kernels/index.ts';
import { seeded } from '../flow/fields.ts';
import { normalized, randomFeatures } from './feature-maps.ts';

/** A kernel made ready for one size, with its inputs. */
interface Ready {
  /** The results on the input of this number, copied. */
  run(input: number): Promise<readonly Float32Array[]> | readonly Float32Array[];
  dispose(): void;
}

type Prepare = (threads: number) => Promise<Ready>;

/** The kernel's name, the size, and how it is made ready. */
type Case = readonly [name: string, size: string, prepare: Prepare];

/** What is run in turns, so that what one leaves in memory cannot serve the other. */
const INPUTS = [0, 1];
const RUNS = 60;

const values = (length: number, range: number, seed: number): Float32Array => {
  const random = seeded(seed);
  return Float32Array.from({ length }, () => (random() * 2 - 1) * range);
};

const local = (spec: CorrelationSpec): Case => [
  'correlation',
  JSON.stringify(spec),
  async (threads) => {
    const prepared = await prepareCorrelation(spec, 'simd', { threads });
    const maps = [1, 2, 3].map((seed) => randomFeatures(spec.channels, spec.height, spec.width, seed));
    return {
      run: async (k) => [(await prepared.run(maps[k], maps[k + 1])).data],
      dispose: () => prepared.dispose(),
    };
  },
];

type Size = readonly [height: number, width: number];

const twoMaps = (channels: number, [heightA, widthA]: Size, [heightB, widthB]: Size) => {
  const a = INPUTS.map((seed) => normalized(randomFeatures(channels, heightA, widthA, seed + 1)));
  const b = INPUTS.map((seed) => normalized(randomFeatures(channels, heightB, widthB, seed + 5)));
  return { spec: { channels, heightA, widthA, heightB, widthB }, a, b };
};

const allPairs = (channels: number, sizeA: Size, sizeB: Size): Case => [
  'correlation',
  `all pairs, ${channels} of ${sizeA.join(' x ')} and ${sizeB.join(' x ')}`,
  async (threads) => {
    const { spec, a, b } = twoMaps(channels, sizeA, sizeB);
    const prepared = await prepareAllPairs({ ...spec, scale: 'sqrt' }, { backend: 'simd', threads });
    return { run: async (k) => [(await prepared.run(a[k], b[k])).data], dispose: () => prepared.dispose() };
  },
];

const match = (channels: number, sizeA: Size, sizeB: Size): Case => [
  'match',
  `${channels} of ${sizeA.join(' x ')} and ${sizeB.join(' x ')}`,
  async (threads) => {
    const { spec, a, b } = twoMaps(channels, sizeA, sizeB);
    const prepared = await prepareMatch(spec, { threads });
    const run = (k: number) => {
      const { flow, confidence } = prepared.run(a[k], b[k], 13);
      return [flow, confidence];
    };
    return { run, dispose: () => prepared.dispose() };
  },
];

const lookup = (spec: LookupSpec): Case => [
  'lookup',
  JSON.stringify(spec),
  async (threads) => {
    const { channels, height, width } = spec;
    const prepared = await prepareLookup(spec, { threads });
    const maps = [1, 2, 3].map((seed) => randomFeatures(channels, height, width, seed));
    const flows = INPUTS.map((seed) => values(2 * height * width, 6, seed));
    return {
      run: (k) => [prepared.run(maps[k], maps[k + 1], flows[k]).data],
      dispose: () => prepared.dispose(),
    };
  },
];

const upsample = (spec: UpsampleSpec): Case => [
  'upsample',
  JSON.stringify(spec),
  async (threads) => {
    const { height, width, factor, extra = 0 } = spec;
    const cells = height * width;
    const prepared = await prepareUpsample(spec, { threads });
    const inputs = INPUTS.map((seed) => ({
      flow: values(2 * cells, 5, seed),
      mask: values(9 * factor * factor * cells, 4, seed + 2),
      extra: values(extra * cells, 3, seed + 4),
    }));
    const run = (k: number) => {
      const out = prepared.run(inputs[k], 4);
      return [out.flow, out.extra];
    };
    return { run, dispose: () => prepared.dispose() };
  },
];

const refine = (channels: number, [height, width]: Size, parameters: RefineParameters): Case => [
  'refine',
  `${channels} of ${height} x ${width}, ${JSON.stringify(parameters)}`,
  async (threads) => {
    const size = { channels, height, width };
    const prepared = await prepareRefinement(size, { threads });
    const image = (seed: number) => ({ ...size, data: values(channels * height * width, 60, seed) });
    const inputs = INPUTS.map((seed) => ({
      a: image(seed),
      b: image(seed + 1),
      flow: values(2 * height * width, 3, seed + 2),
      confidence: values(height * width, 0.5, seed + 3).map((value) => value + 0.5),
    }));
    return { run: (k) => [prepared.run(inputs[k], parameters)], dispose: () => prepared.dispose() };
  },
];

/** Sizes are no multiples of anything, rows few or many, so that threads meet in the middle of a vector. */
const CASES: readonly Case[] = [
  local({ channels: 5, height: 23, width: 17, radius: 3, step: 1, scale: 'mean' }),
  local({ channels: 16, height: 9, width: 31, radius: 4, step: 2, scale: 'sqrt' }),
  local({ channels: 3, height: 31, width: 13, radius: 2, step: 3, scale: 'none' }),
  allPairs(7, [9, 13], [11, 7]),
  allPairs(32, [17, 19], [5, 23]),
  match(64, [19, 21], [17, 23]),
  match(33, [29, 23], [23, 29]),
  match(5, [7, 11], [13, 3]),
  lookup({ channels: 6, height: 29, width: 13, radius: 0 }),
  lookup({ channels: 9, height: 33, width: 21, radius: 0, reaches: [1, 2, 3] }),
  lookup({ channels: 32, height: 25, width: 19, radius: 3, reaches: [1, 2, 4] }),
  upsample({ height: 37, width: 13, factor: 4, extra: 1, logistic: true }),
  upsample({ height: 53, width: 7, factor: 3 }),
  refine(3, [67, 45], { iterations: 3, sweeps: 5, warps: 2 }),
  refine(1, [101, 19], { iterations: 5, sweeps: 3, warps: 1, edges: 10 }),
  refine(3, [33, 9], { iterations: 1, sweeps: 8, warps: 3, omega: 1.9 }),
];

const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.compare(
    Buffer.from(a.buffer, a.byteOffset, a.byteLength),
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  ) === 0;

/** How many of the runs on so many threads differ from what one thread gives. */
async function countOthers(prepare: Prepare, threads: number): Promise<number> {
  const alone = await prepare(1);
  const wanted = await Promise.all(INPUTS.map(async (k) => alone.run(k)));
  alone.dispose();
  const ready = await prepare(threads);
  let others = 0;
  for (let i = 0; i < RUNS; i++)
    for (const k of INPUTS) {
      const results = await ready.run(k);
      if (!results.every((result, part) => sameBits(result, wanted[k][part]))) others++;
    }
  ready.dispose();
  return others;
}

describe.each(CASES)('%s, %s', (_name, _size, prepare) => {
  it.each([1, 2, 3, 4])('gives the same bits on every run on %i threads as on one', async (threads) => {
    expect(await countOthers(prepare, threads)).toBe(0);
  });
});

it('every kernel with threads is among them', () => {
  const kernels = new URL('../../kernels/', import.meta.url);
  const threaded = readdirSync(kernels, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('wasm'))
    .filter((file) => readFileSync(new URL(file, kernels), 'utf8').includes('createPool('))
    .map((file) => file.split(/[\\/]/)[0]);
  expect([...new Set(CASES.map(([name]) => name))].sort()).toEqual([...new Set(threaded)].sort());
});
