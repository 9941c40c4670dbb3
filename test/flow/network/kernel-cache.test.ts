import { describe, expect, it } from 'vitest';
import { createKernelCache } from '../../../src/flow/network/kernel-cache.ts';

const MEBI = 2 ** 20;

/** Kernels of so many bytes, which note what is prepared and disposed of. */
function keepNoted(bytes: number) {
  const prepared: number[] = [];
  const disposed: number[] = [];
  const kept = createKernelCache(({ width }) => {
    prepared.push(width);
    return Promise.resolve({ bytes, dispose: () => disposed.push(width) });
  });
  const use = async (...widths: number[]): Promise<void> => {
    for (const width of widths) await kept.get({ channels: 1, height: 1, width });
  };
  return { kept, use, prepared, disposed };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('createKernelCache', () => {
  it('prepares each size once', async () => {
    const { use, prepared } = keepNoted(MEBI);
    await use(...upTo(40), ...upTo(40));
    expect(prepared).toEqual(upTo(40));
  });

  it('lets go of the sizes used longest ago where all hold too much, but of no more than it must', async () => {
    const { use, prepared, disposed } = keepNoted(16 * MEBI);
    await use(...upTo(16), 1, 17, 18);
    expect(disposed).toEqual([2]);
    await use(2);
    expect(prepared).toEqual([...upTo(18), 2]);
  });

  it('keeps the sizes of one schedule whatever they hold', async () => {
    const { use, prepared, disposed } = keepNoted(1024 * MEBI);
    await use(...upTo(12), ...upTo(12));
    expect(prepared).toEqual(upTo(12));
    await use(13, 14);
    expect(disposed).toEqual([1, 2]);
  });

  it('keeps no failure', async () => {
    let calls = 0;
    const kept = createKernelCache(({ width }) =>
      ++calls === 1
        ? Promise.reject(new Error('no memory'))
        : Promise.resolve({ bytes: width, dispose: () => undefined }),
    );
    const size = { channels: 1, height: 1, width: 1 };
    await expect(kept.get(size)).rejects.toThrow('no memory');
    expect((await kept.get(size)).bytes).toBe(1);
  });

  it('disposes of all', async () => {
    const { kept, use, disposed } = keepNoted(MEBI);
    await use(...upTo(3));
    await kept.dispose();
    expect(disposed).toEqual(upTo(3));
  });
});
