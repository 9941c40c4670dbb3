import { describe, expect, it } from 'vitest';
import {
  correlate,
  correlateAllPairs,
  correlationBackends,
  correlationUnavailable,
  prepareAllPairs,
  prepareCorrelation,
} from '../../../kernels/correlation/index.ts';
import { createGpuBackend } from '../../../kernels/correlation/gpu.ts';
import { correlateReference } from '../../../kernels/correlation/reference.ts';
import { KernelError } from '../../../kernels/errors.ts';
import { golden } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { randomFeatures } from '../feature-maps.ts';
import type { CorrelationBackend } from '../../../kernels/correlation/index.ts';
import type { CorrelationSpec } from '../../../kernels/index.ts';

const SPEC: CorrelationSpec = { channels: 4, height: 5, width: 6, radius: 1, step: 1, scale: 'mean' };

describe('the choice of a backend', () => {
  it('takes the first that works when it is left to choose', async () => {
    const reasons = await Promise.all(correlationBackends.map(correlationUnavailable));
    using prepared = await prepareCorrelation(SPEC);
    expect(prepared.backend).toBe(correlationBackends[reasons.indexOf(null)]);
  });

  it('refuses one that is absent, with the reason, rather than take another', async () => {
    for (const name of correlationBackends) {
      const reason = await correlationUnavailable(name);
      if (!reason) continue;
      const refusal = prepareCorrelation(SPEC, name);
      await expect(refusal).rejects.toBeInstanceOf(KernelError);
      await expect(refusal).rejects.toThrow(
        `Expected backend ${name} to work here but it does not: ${reason}`,
      );
    }
  });

  it.each(['gpu', '', 'toString', 'constructor'])('refuses the unknown name %j', async (name) => {
    const refusal = prepareCorrelation(SPEC, name as CorrelationBackend);
    await expect(refusal).rejects.toThrow(/Expected one of auto, simd, .* for backend but received/);
  });

  it('refuses maps larger than gpu.js can address in 32-bit floats', async () => {
    const spec = { ...SPEC, channels: 1, height: 1, width: 2 ** 24 + 1, radius: 0 };
    const run = await createGpuBackend('cpu').prepare(spec, {});
    const map = new Float32Array(spec.width);
    await expect(run.run(map, map, map)).rejects.toThrow('Expected arrays of at most 16777216 values');
    run.dispose();
  });

  it('refuses to run once it is disposed', async () => {
    const prepared = await prepareCorrelation(SPEC);
    prepared.dispose();
    prepared.dispose();
    const map = randomFeatures(4, 5, 6, 1);
    await expect(prepared.run(map, map)).rejects.toThrow('received one that was disposed');
  });
});

describe('several threads', () => {
  it.each([1, 2, 3, 7])('give the same as one: %i', async (threads) => {
    const spec: CorrelationSpec = { channels: 20, height: 13, width: 18, radius: 3, step: 2, scale: 'mean' };
    const [a, b] = [randomFeatures(20, 13, 18, 1), randomFeatures(20, 13, 18, 2)];
    using prepared = await prepareCorrelation(spec, 'simd', { threads });
    const wanted = correlateReference(spec, a, b).data;
    // Threads hand out work afresh every time; once would not show a slip between rounds.
    for (let round = 0; round < 50; round++)
      expect((await prepared.run(a, b)).data).toBeCloseToArray(wanted, TOLERANCE.correlation);
  });
});

describe('bad input to prepareCorrelation', () => {
  it.each([
    [{ radius: -1 }, 'Expected an integer from 0 to 4096 for radius but received -1'],
    [{ radius: 1.5 }, 'Expected an integer for radius but received 1.5 (number)'],
    [{ step: 0 }, 'Expected an integer from 1 to 65536 for step but received 0'],
    [{ channels: NaN }, 'Expected an integer for channels but received NaN (number)'],
    [{ height: 0 }, 'for height but received 0'],
    [{ width: '8' }, 'Expected an integer for width but received "8" (string)'],
    [{ scale: 'half' }, 'Expected one of none, mean, sqrt for scale but received "half" (string)'],
  ])('is named: %j', async (change, message) => {
    await expect(prepareCorrelation({ ...SPEC, ...change } as CorrelationSpec)).rejects.toThrow(message);
  });

  it('names threads that make no sense', async () => {
    await expect(prepareCorrelation(SPEC, 'simd', { threads: 0 })).rejects.toThrow(
      'for threads but received 0',
    );
  });

  it('names a size that does not fit in memory', async () => {
    const spec = { ...SPEC, channels: 1024, height: 1024, width: 1024 };
    await expect(prepareCorrelation(spec, 'simd')).rejects.toThrow(
      'Expected maps whose correlation fits in 2 GiB',
    );
  });
});

describe('bad input to run', () => {
  const good = randomFeatures(4, 5, 6, 1);
  it.each([
    [{ ...good, width: 5, height: 6 }, 'Expected a map of 4 x 5 x 6 for b but received 4 x 6 x 5'],
    [
      { ...good, data: good.data.subarray(1) },
      'Expected 120 values for b.data, a 4 x 5 x 6 array, but received 119',
    ],
    [{ ...good, data: [...good.data] }, 'Expected a Float32Array for b.data'],
    [null, 'Expected a feature map for b but received null'],
  ])('is named', async (bad, message) => {
    using prepared = await prepareCorrelation(SPEC);
    await expect(prepared.run(good, bad as never)).rejects.toThrow(message);
  });

  it('includes a volume of another size', async () => {
    using prepared = await prepareCorrelation(SPEC);
    const out = { displacements: 4, height: 5, width: 6, data: new Float32Array(120) };
    await expect(prepared.run(good, good, out)).rejects.toThrow(
      'Expected a volume of 9 x 5 x 6 for out but received 4 x 5 x 6',
    );
  });
});

describe('correlate', () => {
  it('does in one call what a prepared correlation does', async () => {
    const [a, b] = [randomFeatures(4, 5, 6, 1), randomFeatures(4, 5, 6, 2)];
    const wanted = correlateReference({ ...SPEC, step: 2 }, a, b);
    const volume = await correlate(a, b, { radius: 1, step: 2 });
    expect(volume).toMatchObject({ displacements: 9, height: 5, width: 6 });
    expect(volume.data).toBeCloseToArray(wanted.data, TOLERANCE.correlation);
  });
});

describe('correlateAllPairs', () => {
  it('gives an impulse one score', async () => {
    const a = { channels: 1, height: 2, width: 3, data: Float32Array.of(0, 0, 0, 0, 2, 0) };
    const b = { channels: 1, height: 1, width: 4, data: Float32Array.of(0, 0, 3, 0) };
    const volume = await correlateAllPairs(a, b, 'none');
    expect(volume).toMatchObject({ heightA: 2, widthA: 3, heightB: 1, widthB: 4 });
    expect([...volume.data]).toEqual(Array.from({ length: 24 }, (_, i) => (i === 4 * 4 + 2 ? 6 : 0)));
  });

  it.each([
    [1, [1, 1], [1, 1], 1],
    [5, [3, 7], [4, 2], 1],
    [16, [8, 8], [8, 8], 2],
    [7, [9, 15], [11, 3], 3],
  ] as const)(
    'agrees with the definition: %i channels, %j by %j, %i threads',
    async (c, sizeA, sizeB, threads) => {
      const a = randomFeatures(c, sizeA[0], sizeA[1], 1);
      const b = randomFeatures(c, sizeB[0], sizeB[1], 2);
      const wanted = await correlateAllPairs(a, b, 'mean', { backend: 'reference' });
      const received = await correlateAllPairs(a, b, 'mean', { backend: 'simd', threads });
      expect(received.data).toBeCloseToArray(wanted.data, TOLERANCE.correlation);
    },
  );

  it('agrees with PyTorch', async () => {
    type Case = Record<'channels' | 'height' | 'width', number> & Record<'a' | 'b' | 'allPairs', number[]>;
    for (const { channels, height, width, ...values } of golden<Case[]>('correlation')) {
      const map = (data: number[]) => ({ channels, height, width, data: Float32Array.from(data) });
      const { data } = await correlateAllPairs(map(values.a), map(values.b));
      expect(data).toBeCloseToArray(values.allPairs, TOLERANCE.correlation);
    }
  });

  it('is prepared once for many pairs, writes where it is told and refuses other sizes', async () => {
    const spec = { channels: 3, heightA: 5, widthA: 5, heightB: 3, widthB: 3, scale: 'sqrt' } as const;
    using prepared = await prepareAllPairs(spec);
    const b = randomFeatures(3, 3, 3, 9);
    const out = await prepared.run(randomFeatures(3, 5, 5, 1), b);
    for (const seed of [2, 3]) {
      const a = randomFeatures(3, 5, 5, seed);
      expect(await prepared.run(a, b, out)).toBe(out);
      expect([...out.data]).toEqual([...(await correlateAllPairs(a, b)).data]);
    }
    await expect(prepared.run(b, b)).rejects.toThrow(
      'Expected a map of 3 x 5 x 5 for a but received 3 x 3 x 3',
    );
    await expect(prepareAllPairs({ ...spec, heightA: 0 })).rejects.toThrow('for heightA but received 0');
    await expect(prepareAllPairs({ ...spec, heightA: 2 ** 30 })).rejects.toThrow('for the number of scores');
    await expect(prepareAllPairs(spec, { backend: 'gpu' as never })).rejects.toThrow('received "gpu"');
  });

  it('refuses maps that differ in channels', async () => {
    await expect(correlateAllPairs(randomFeatures(3, 2, 2, 1), randomFeatures(4, 2, 2, 1))).rejects.toThrow(
      'Expected a map of 3 x 2 x 2 for b but received 4 x 2 x 2',
    );
  });
});
