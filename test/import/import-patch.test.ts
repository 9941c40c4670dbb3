import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describePatches } from '../../src/api/features.ts';
import { importPatchModel } from '../../src/import/index.ts';
import { loadPatchModel, similarity } from '../../src/index.ts';
import type { Image } from '../../src/index.ts';
import { networkFile } from '../flow/adapt/own-network.ts';

const scratch = mkdtempSync(join(tmpdir(), 'whither-import-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

/** An image of one colour on the left and another on the right. */
function halves(left: readonly number[], right: readonly number[]): Image {
  const data = Uint8Array.from(
    { length: 24 * 24 * 3 },
    (_, i) => (Math.floor(i / 3) % 24 < 12 ? left : right)[i % 3],
  );
  return { width: 24, height: 24, data };
}

describe('a descriptor is imported', () => {
  it('with the length of its descriptors and the share of places that it finds again', async () => {
    const { manifest, found, warnings } = await importPatchModel(networkFile('patch'), {
      folder: at('patch'),
    });
    expect(manifest).toMatchObject({
      ...{ name: 'patch', task: 'patch', input: { channels: 'RGB', size: 24, names: ['patch'] } },
      ...{ output: { name: 'embedding' }, descriptor: { length: 64, unit: true, metric: 'l2' } },
    });
    expect(found.join('\n')).toMatch(/2[0-4] of 24 places found again/);
    expect(warnings[0]).toMatch(/^The probe does not tell 0 to 1 from -1 to 1/);
  });

  it('and sees the colours of images', async () => {
    await importPatchModel(networkFile('patch'), {
      ...{ folder: at('bgr'), channels: 'BGR', range: [0, 1] },
      ...{ mean: [0.1, 0.2, 0.3], std: [1, 1, 1] },
    });
    await using model = await loadPatchModel(at('bgr'), { threads: 1 });
    const red = halves([255, 0, 0], [0, 0, 0]);
    const [a, b] = [
      await describePatches(model, [red]),
      await describePatches(model, [halves([85, 85, 85], [0, 0, 0])]),
    ];
    a.data.forEach((value, i) => expect(value).toBeCloseTo(b.data[i], 4));
    expect((await similarity(model, red, red)).distance).toBeCloseTo(0);
  });
});

describe('a network of pairs is imported', () => {
  it('with a distance turned into a score, and as many patches a run as it takes', async () => {
    const { manifest, found } = await importPatchModel(networkFile('patch-pair'), {
      folder: at('pair'),
      range: [0, 1],
    });
    expect(manifest).toMatchObject({
      ...{ task: 'pair', input: { channels: 'grey', size: 32, names: ['a', 'b'], batch: 1 } },
      output: { name: 'distance', scale: -1 },
    });
    expect(found.at(-1)).toBe('It gives a distance, turned into a score');
    await using model = await loadPatchModel(at('pair'), { threads: 1 });
    const [a, b] = [halves([255, 255, 255], [0, 0, 0]), halves([0, 0, 0], [255, 255, 255])];
    expect((await similarity(model, a, a)).score).toBeCloseTo(0);
    expect((await similarity(model, a, b)).score).toBeLessThan(-0.5);
  });

  it('or refused where it finds nothing again', async () => {
    await expect(
      importPatchModel(networkFile('patch-pair'), { folder: at('none'), scale: 1 }),
    ).rejects.toThrow('Expected a network that finds places again but it finds 0 of 24');
  });
});
