import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  correlationBackends,
  correlationUnavailable,
  prepareCorrelation,
} from '../../../kernels/correlation/index.ts';
import { correlateReference } from '../../../kernels/correlation/reference.ts';
import { golden } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { impulse, randomFeatures, translate } from '../feature-maps.ts';
import type { ComputeBackend } from '../../../kernels/correlation/index.ts';
import type { CorrelationSpec, CostVolume, FeatureMap } from '../../../kernels/index.ts';

interface GoldenCase {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly radius: number;
  readonly step: number;
  readonly a: number[];
  readonly b: number[];
  readonly local: number[];
}

const backends = await Promise.all(
  correlationBackends.map(async (name) => ({ name, reason: await correlationUnavailable(name) })),
);

// Sizes that do not fit four lanes, eight columns or whole tiles, and windows that reach beyond the map.
const SHAPES: readonly (readonly [
  channels: number,
  height: number,
  width: number,
  radius: number,
  step: number,
])[] = [
  [1, 1, 1, 0, 1],
  [1, 1, 1, 2, 1],
  [3, 5, 7, 0, 1],
  [3, 5, 7, 2, 1],
  [5, 9, 11, 3, 2],
  [6, 4, 8, 1, 2],
  [8, 6, 13, 2, 3],
  [7, 3, 2, 4, 5],
  [2, 2, 31, 9, 1],
  [9, 8, 33, 4, 1],
  [13, 21, 20, 10, 2],
  [130, 3, 18, 4, 1],
];

for (const { name, reason } of backends)
  describe.skipIf(reason)(`backend ${name}${reason ? ` (skipped: ${reason})` : ''}`, () => testBackend(name));

function testBackend(name: ComputeBackend): void {
  async function run(spec: CorrelationSpec, a: FeatureMap, b: FeatureMap): Promise<CostVolume> {
    using prepared = await prepareCorrelation(spec, name);
    expect(prepared.backend).toBe(name);
    // Awaited, or it would be disposed of before it is done.
    return await prepared.run(a, b);
  }

  it('finds an impulse at the displacement it moved by, and nothing elsewhere', async () => {
    const spec = { channels: 2, height: 6, width: 9, radius: 2, step: 2, scale: 'none' } as const;
    const volume = await run(spec, impulse(2, 6, 9, [1, 3, 5]), impulse(2, 6, 9, [1, 1, 7]));
    // dy = -2 is one step up, dx = +2 one step right: k = (-1 + 2) * 5 + (1 + 2).
    const expected = new Float32Array(25 * 6 * 9);
    expected[(8 * 6 + 3) * 9 + 5] = 1;
    expect([...volume.data]).toEqual([...expected]);
  });

  it('counts cells beside the map as zero', async () => {
    const spec = { channels: 1, height: 2, width: 2, radius: 1, step: 1, scale: 'none' } as const;
    const ones = { channels: 1, height: 2, width: 2, data: new Float32Array(4).fill(1) };
    const { displacements, data } = await run(spec, ones, ones);
    expect(displacements).toBe(9);
    expect([...data]).toEqual(
      [
        [0, 0, 0, 1],
        [0, 0, 1, 1],
        [0, 0, 1, 0],
        [0, 1, 0, 1],
        [1, 1, 1, 1],
        [1, 0, 1, 0],
        [0, 1, 0, 0],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
      ].flat(),
    );
  });

  it.each(SHAPES)(
    'agrees with the definition on %i x %i x %i, radius %i, step %i',
    async (channels, height, width, radius, step) => {
      const spec = { channels, height, width, radius, step, scale: 'sqrt' } as const;
      const [a, b] = [randomFeatures(channels, height, width, 1), randomFeatures(channels, height, width, 2)];
      const volume = await run(spec, a, b);
      expect(volume).toMatchObject({ displacements: (2 * radius + 1) ** 2, height, width });
      expect(volume.data).toBeCloseToArray(correlateReference(spec, a, b).data, TOLERANCE.correlation);
    },
  );

  it.each([
    ['none', 1],
    ['mean', 1 / 9],
    ['sqrt', 1 / 3],
  ] as const)('divides by what scale %s says', async (scale, factor) => {
    const ones = { channels: 9, height: 1, width: 3, data: new Float32Array(27).fill(1) };
    const spec = { channels: 9, height: 1, width: 3, radius: 0, step: 1, scale };
    const wanted = new Array<number>(3).fill(9 * factor);
    expect((await run(spec, ones, ones)).data).toBeCloseToArray(wanted, TOLERANCE.correlation);
  });

  it('agrees with PyTorch', async () => {
    for (const { channels, height, width, radius, step, ...values } of golden<GoldenCase[]>('correlation')) {
      const spec = { channels, height, width, radius, step, scale: 'none' } as const;
      const map = (data: number[]) => ({ channels, height, width, data: Float32Array.from(data) });
      const volume = await run(spec, map(values.a), map(values.b));
      expect(volume.data).toBeCloseToArray(values.local, TOLERANCE.correlation);
    }
  });

  it('peaks, for a map and its own translate, at the translation', async () => {
    const spec = { channels: 16, height: 12, width: 15, radius: 3, step: 1, scale: 'mean' } as const;
    const a = randomFeatures(16, 12, 15, 3);
    const { data } = await run(spec, a, translate(a, 2, -3));
    for (let y = 3; y < 12; y++)
      for (let x = 0; x < 13; x++) {
        const scores = Array.from({ length: 49 }, (_, k) => data[(k * 12 + y) * 15 + x]);
        expect(scores.indexOf(Math.max(...scores))).toBe((-3 + 3) * 7 + (2 + 3));
      }
  });

  it('gives the same score to a pair of cells whichever map is first', async () => {
    const [height, width, radius, step] = [7, 10, 2, 2];
    const spec = { channels: 5, height, width, radius, step, scale: 'none' } as const;
    const [a, b] = [randomFeatures(5, height, width, 4), randomFeatures(5, height, width, 5)];
    const [ab, ba] = [await run(spec, a, b), await run(spec, b, a)];
    const mirrored = ab.data.map((_, i) => {
      const [k, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      const [dy, dx] = [Math.floor(k / 5) - radius, (k % 5) - radius];
      const [yb, xb] = [y + dy * step, x + dx * step];
      const inside = yb >= 0 && yb < height && xb >= 0 && xb < width;
      return inside ? ba.data[((24 - k) * height + yb) * width + xb] : 0;
    });
    expect(ab.data).toBeCloseToArray(mirrored, TOLERANCE.correlation);
  });

  it('leaves its arguments alone, and gives runs volumes of their own', async () => {
    const spec = { channels: 4, height: 5, width: 6, radius: 1, step: 1, scale: 'mean' } as const;
    const [a, b] = [randomFeatures(4, 5, 6, 6), randomFeatures(4, 5, 6, 7)];
    const [copyA, copyB] = [[...a.data], [...b.data]];
    using prepared = await prepareCorrelation(spec, name);
    const first = await prepared.run(a, b);
    const before = [...first.data];
    const second = await prepared.run(b, a);
    expect([...a.data]).toEqual(copyA);
    expect([...b.data]).toEqual(copyB);
    expect([...first.data]).toEqual(before);
    expect([...second.data]).not.toEqual(before);
    // Nothing is left over from the run between.
    expect([...(await prepared.run(a, b)).data]).toEqual(before);
  });

  it('writes into a volume that it is given, every value of it', async () => {
    const spec = { channels: 4, height: 5, width: 6, radius: 4, step: 1, scale: 'mean' } as const;
    const [a, b] = [randomFeatures(4, 5, 6, 8), randomFeatures(4, 5, 6, 9)];
    using prepared = await prepareCorrelation(spec, name);
    const wanted = (await prepared.run(a, b)).data;
    const out = { displacements: 81, height: 5, width: 6, data: new Float32Array(81 * 30).fill(NaN) };
    expect(await prepared.run(a, b, out)).toBe(out);
    expect([...out.data]).toEqual([...wanted]);
  });

  describe('on the console', () => {
    const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;
    beforeEach(() => {
      for (const method of METHODS) vi.spyOn(console, method);
    });
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it('prints nothing', async () => {
      const spec = { channels: 4, height: 5, width: 6, radius: 1, step: 2, scale: 'mean' } as const;
      await run(spec, randomFeatures(4, 5, 6, 1), randomFeatures(4, 5, 6, 2));
      for (const method of METHODS) expect(console[method]).not.toHaveBeenCalled();
    });
  });
}
