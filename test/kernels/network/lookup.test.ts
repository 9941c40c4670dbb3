import { describe, expect, it } from 'vitest';
import { lookupReference, prepareCorrelation, prepareLookup } from '../../../kernels/index.ts';
import type { CostVolume, FeatureMap, LookupSpec } from '../../../kernels/index.ts';
import { seeded } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { impulse, normalized, randomFeatures, translate } from '../feature-maps.ts';

/** Planes of u and of v. */
function planes(
  height: number,
  width: number,
  at: (x: number, y: number) => readonly [u: number, v: number],
): Float32Array {
  const cells = height * width;
  const flow = new Float32Array(2 * cells);
  for (let i = 0; i < cells; i++) [flow[i], flow[cells + i]] = at(i % width, Math.floor(i / width));
  return flow;
}

const still = (height: number, width: number) => new Float32Array(2 * height * width);

async function run(
  spec: LookupSpec,
  a: FeatureMap,
  b: FeatureMap,
  flow: Float32Array,
  threads = 1,
): Promise<CostVolume> {
  using prepared = await prepareLookup(spec, { threads });
  return prepared.run(a, b, flow);
}

const SHAPES: readonly (readonly [channels: number, height: number, width: number, radius: number])[] = [
  [1, 1, 1, 0],
  [3, 1, 1, 2],
  [4, 4, 4, 1],
  [3, 5, 7, 0],
  [5, 7, 5, 2],
  [6, 4, 18, 3],
  [9, 6, 33, 4],
  [64, 3, 16, 4],
  [13, 9, 20, 5],
  [2, 3, 37, 7],
];

describe('the lookup', () => {
  it('leaves the scores in its own memory where it may, and they are those of the definition', async () => {
    const spec = { channels: 5, height: 6, width: 8, radius: 2, reaches: [2, 3] };
    const [a, b] = [randomFeatures(5, 6, 8, 1), randomFeatures(5, 6, 8, 2)];
    const flow = planes(6, 8, (x, y) => [x / 3 - 1, 1.5 - y / 2]);
    using prepared = await prepareLookup(spec, { threads: 1 });
    const volume = prepared.volume!;
    expect(prepared.run(a, b, flow, volume)).toBe(volume);
    const wanted = lookupReference(spec, a, b, flow);
    expect(volume.data).toBeCloseToArray(wanted.data, TOLERANCE.correlation);
    using shared = await prepareLookup(spec, { threads: 2 });
    using odd = await prepareLookup({ ...spec, width: 7 }, { threads: 1 });
    expect([shared.volume, odd.volume]).toEqual([undefined, undefined]);
  });

  it('blends the four cells around where the flow points', async () => {
    const spec = { channels: 2, height: 4, width: 6, radius: 0 };
    const [a, b] = [impulse(2, 4, 6, [1, 1, 2]), impulse(2, 4, 6, [1, 2, 4])];
    const score = async (u: number, v: number) => {
      const { data } = await run(
        spec,
        a,
        b,
        planes(4, 6, () => [u, v]),
      );
      expect(data.filter((_, i) => i !== 1 * 6 + 2)).toEqual(new Float32Array(23));
      return data[1 * 6 + 2];
    };
    expect(await score(2, 1)).toBe(1);
    expect(await score(1.75, 1)).toBe(0.75);
    expect(await score(2.25, 1.5)).toBe(0.375);
    expect(await score(1, 1)).toBe(0);
  });

  it('orders the displacements as FlowNet: dy slow, dx fast', async () => {
    const spec = { channels: 1, height: 6, width: 9, radius: 2 };
    const flow = planes(6, 9, () => [1, -1]);
    const { data, displacements } = await run(
      spec,
      impulse(1, 6, 9, [0, 3, 4]),
      impulse(1, 6, 9, [0, 1, 7]),
      flow,
    );
    expect(displacements).toBe(25);
    // b is at (+3, -2) from a, so at (+2, -1) from where the flow points: k = (-1 + 2) * 5 + (2 + 2).
    expect(data.findIndex((value) => value !== 0)).toBe((9 * 6 + 3) * 9 + 4);
    expect(data.reduce((sum, value) => sum + value)).toBe(1);
  });

  it('counts each cell beside the map as zero, not the whole sample', async () => {
    const ones = { channels: 1, height: 2, width: 2, data: new Float32Array(4).fill(1) };
    const spec = { channels: 1, height: 2, width: 2, radius: 0 };
    const { data } = await run(
      spec,
      ones,
      ones,
      planes(2, 2, () => [0.25, -0.5]),
    );
    expect([...data]).toEqual([0.5, 0.375, 1, 0.75]);
  });

  it.each([
    ['none', 9],
    ['mean', 1],
    ['sqrt', 3],
  ] as const)('divides by what scale %s says', async (scale, wanted) => {
    const ones = { channels: 9, height: 1, width: 3, data: new Float32Array(27).fill(1) };
    const { data } = await run(
      { channels: 9, height: 1, width: 3, radius: 0, scale },
      ones,
      ones,
      still(1, 3),
    );
    expect(data).toBeCloseToArray([wanted, wanted, wanted], TOLERANCE.correlation);
  });

  describe.each([1, 3])('on %i threads', (threads) => {
    it.each(SHAPES)(
      'agrees with its definition on %i x %i x %i, radius %i',
      async (channels, height, width, radius) => {
        const spec = { channels, height, width, radius, scale: 'sqrt' } as const;
        const [a, b] = [
          randomFeatures(channels, height, width, 1),
          randomFeatures(channels, height, width, 2),
        ];
        const random = seeded(channels * width);
        const flow = planes(height, width, () => [random() * 16 - 8, random() * 12 - 6]);
        const volume = await run(spec, a, b, flow, threads);
        expect(volume).toMatchObject({ displacements: (2 * radius + 1) ** 2, height, width });
        expect(volume.data).toBeCloseToArray(lookupReference(spec, a, b, flow).data, TOLERANCE.correlation);
      },
    );
  });

  it.each([
    [[2], 6, 4, 18, 3],
    [[1, 2, 4], 9, 6, 33, 4],
    [[4, 1], 64, 11, 15, 3],
    [[3, 16], 5, 7, 5, 2],
    [[1, 2], 4, 1, 1, 1],
  ] as const)(
    'agrees with its definition where it reaches %j times as far, on %i x %i x %i, radius %i',
    async (reaches, channels, height, width, radius) => {
      const spec = { channels, height, width, radius, reaches };
      const [a, b] = [randomFeatures(channels, height, width, 1), randomFeatures(channels, height, width, 2)];
      const random = seeded(channels * width);
      const flow = planes(height, width, () => [random() * 40 - 20, random() * 30 - 15]);
      const wanted = lookupReference(spec, a, b, flow);
      for (const threads of [1, 2]) {
        const volume = await run(spec, a, b, flow, threads);
        expect(volume.displacements).toBe(reaches.length * (2 * radius + 1) ** 2);
        expect(volume.data).toBeCloseToArray(wanted.data, TOLERANCE.correlation);
      }
    },
  );

  it('sees in its coarser window what the first has lost', async () => {
    const spec = { channels: 1, height: 16, width: 32, radius: 1, reaches: [1, 4] };
    const [a, b] = [impulse(1, 16, 32, [0, 9, 9]), impulse(1, 16, 32, [0, 9, 14])];
    const { data } = await run(spec, a, b, still(16, 32));
    const scores = Array.from({ length: 18 }, (_, k) => data[(k * 16 + 9) * 32 + 9]);
    expect(scores.slice(0, 9)).toEqual(Array(9).fill(0));
    // Cell 9 is at (9.5 / 4) - 0.5 = 1.875 of the coarse cells, the impulse in the coarse cell 3, one sixteenth of it.
    expect(scores[9 + 5]).toBeCloseTo((0.875 * 0.875) / 16, 6);
  });

  it('agrees with its definition at every distance across the edges', async () => {
    const spec = { channels: 4, height: 3, width: 5, radius: 1 };
    const [a, b] = [randomFeatures(4, 3, 5, 3), randomFeatures(4, 3, 5, 4)];
    using prepared = await prepareLookup(spec);
    prepared.load(a, b);
    for (let step = -10; step <= 10; step += 0.5)
      for (const [u, v] of [
        [step, 0.25],
        [0.75, step],
        [step, -step],
      ]) {
        const flow = planes(3, 5, () => [u, v]);
        expect(prepared.lookup(flow).data).toBeCloseToArray(
          lookupReference(spec, a, b, flow).data,
          TOLERANCE.correlation,
        );
      }
  });

  it('gives zeros where the flow leads far outside or is not finite, and nothing else there', async () => {
    const spec = { channels: 5, height: 6, width: 7, radius: 2 };
    const [a, b] = [randomFeatures(5, 6, 7, 5), randomFeatures(5, 6, 7, 6)];
    const wild = [NaN, Infinity, -Infinity, 3e38, -3e38, 1e6, -1e6, 2 ** 31, -(2 ** 31)];
    const flow = planes(6, 7, (x, y) => {
      const value = wild[(x + 7 * y) % wild.length];
      return y % 3 === 0 ? [value, 0] : y % 3 === 1 ? [0, value] : [0.5, -0.25];
    });
    const { data } = await run(spec, a, b, flow);
    expect(data).toBeCloseToArray(lookupReference(spec, a, b, flow).data, TOLERANCE.correlation);
    const outside = data.filter((_, i) => Math.floor((i % 42) / 7) % 3 !== 2);
    expect(outside.every((value) => value === 0)).toBe(true);
  });

  it('is the local correlation where nothing moves, and peaks where the flow is right', async () => {
    const spec = { channels: 16, height: 12, width: 15, radius: 3 };
    const a = normalized(randomFeatures(16, 12, 15, 3));
    const b = translate(a, 4, -2);
    using correlation = await prepareCorrelation({ ...spec, step: 1, scale: 'none' }, 'reference');
    expect((await run(spec, a, b, still(12, 15))).data).toBeCloseToArray(
      (await correlation.run(a, b)).data,
      TOLERANCE.correlation,
    );
    const { data } = await run(
      spec,
      a,
      b,
      planes(12, 15, () => [4, -2]),
    );
    for (let y = 2; y < 12; y++)
      for (let x = 0; x < 11; x++) {
        const scores = Array.from({ length: 49 }, (_, k) => data[(k * 12 + y) * 15 + x]);
        expect(scores.indexOf(Math.max(...scores))).toBe(24);
      }
  });

  it('keeps the maps for further lookups, and writes every value of a volume that it is given', async () => {
    const spec = { channels: 6, height: 5, width: 9, radius: 4 };
    const [a, b] = [randomFeatures(6, 5, 9, 7), randomFeatures(6, 5, 9, 8)];
    const copy = structuredClone([a, b]);
    const flows = [still(5, 9), planes(5, 9, (x, y) => [0.3 * y, -0.7 * x])];
    using prepared = await prepareLookup(spec);
    const wanted = flows.map((flow) => lookupReference(spec, a, b, flow).data);
    const out = { displacements: 81, height: 5, width: 9, data: new Float32Array(81 * 45).fill(NaN) };
    prepared.run(b, a, flows[0]);
    prepared.load(a, b);
    for (const i of [0, 1, 0]) {
      expect(prepared.lookup(flows[i], out)).toBe(out);
      expect(out.data).toBeCloseToArray(wanted[i], TOLERANCE.correlation);
    }
    expect([a, b]).toEqual(copy);
  });

  it('gives the same from several threads, round after round', async () => {
    const spec = { channels: 20, height: 13, width: 18, radius: 2 };
    const [a, b] = [randomFeatures(20, 13, 18, 1), randomFeatures(20, 13, 18, 2)];
    const flow = planes(13, 18, (x, y) => [y / 3, x / -4]);
    const wanted = (await run(spec, a, b, flow)).data;
    using prepared = await prepareLookup(spec, { threads: 4 });
    for (let round = 0; round < 100; round++)
      expect(Buffer.from(prepared.run(a, b, flow).data.buffer).equals(Buffer.from(wanted.buffer))).toBe(true);
  });
});

describe('bad input to the lookup', () => {
  const spec = { channels: 2, height: 3, width: 4, radius: 1 };
  const map = randomFeatures(2, 3, 4, 1);

  it.each([
    [{ radius: 17 }, 'Expected an integer from 0 to 16 for radius but received 17'],
    [{ channels: 0 }, 'for channels but received 0'],
    [{ width: 1.5 }, 'Expected an integer for width but received 1.5 (number)'],
    [{ reaches: [1, 0] }, 'for reaches[1] but received 0'],
    [{ scale: 'half' }, 'Expected one of none, mean, sqrt for scale'],
    [{ channels: 1024, height: 2048, width: 2048 }, 'Expected maps whose lookup fits in 2 GiB'],
  ])('is named: %j', async (change, message) => {
    await expect(prepareLookup({ ...spec, ...change } as LookupSpec)).rejects.toThrow(message);
  });

  it('includes flow, maps and volumes of another size, and the wrong order of calls', async () => {
    const prepared = await prepareLookup(spec);
    expect(() => prepared.lookup(still(3, 4))).toThrow('call load first');
    expect(() => {
      prepared.load(map, randomFeatures(2, 4, 3, 1));
    }).toThrow('Expected a map of 2 x 3 x 4 for b but received 2 x 4 x 3');
    expect(() => prepared.run(map, map, new Float32Array(12))).toThrow(
      'Expected 24 values for flow, a 2 x 3 x 4',
    );
    const out = { displacements: 4, height: 3, width: 4, data: new Float32Array(48) };
    expect(() => prepared.run(map, map, still(3, 4), out)).toThrow('Expected a volume of 9 x 3 x 4 for out');
    prepared.dispose();
    prepared.dispose();
    expect(() => prepared.run(map, map, still(3, 4))).toThrow('received one that was disposed');
  });
});
