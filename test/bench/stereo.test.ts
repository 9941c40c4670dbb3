import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDisparity } from '../../bench/data/disparity.ts';
import { readNpzMatrix } from '../../bench/data/npz-file.ts';
import { writeImage } from '../../src/index.ts';

/** What NumPy 2 wrote of `[[1.5, inf, 3], [0, 2.25, nan]]`: `numpy.savez`, behind another array, and `savez_compressed`. */
const NPZ = {
  stored:
    'UEsDBC0AAAAAAAAAIQCFsLas//////////8JABQAb3RoZXIubnB5AQAQAIgAAAAAAAAAiAAAAAAAAACTTlVNUFkBAHYAeydk' +
    'ZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAAAAUEsDBC0AAAAAAAAAIQAm9bCt////' +
    '//////8JABQAYXJyXzAubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJh' +
    'bl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgCgAAwD8AAIB/AABAQAAAAAAAABBAAADAf1BLAQItAy0AAAAAAAAAIQCFsLasiAAAAIgA' +
    'AAAJAAAAAAAAAAAAAACAAQAAAABvdGhlci5ucHlQSwECLQMtAAAAAAAAACEAJvWwrZgAAACYAAAACQAAAAAAAAAAAAAAgAHD' +
    'AAAAYXJyXzAubnB5UEsFBgAAAAACAAIAbgAAAJYBAAAAAA==',
  compressed:
    'UEsDBC0AAAAIAAAAIQAm9bCt//////////8JABQAYXJyXzAubnB5AQAQAJgAAAAAAAAAWgAAAAAAAACb7BfqGxDJyFDGUK2e' +
    'klqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GhgP2DAwN9QwMDg4MYCAA' +
    'pA/UAwBQSwECLQMtAAAACAAAACEAJvWwrVoAAACYAAAACQAAAAAAAAAAAAAAgAEAAAAAYXJyXzAubnB5UEsFBgAAAAABAAEA' +
    'NwAAAJUAAAAAAA==',
};

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whither-stereo-'));
  for (const [name, text] of Object.entries(NPZ))
    writeFileSync(file(`${name}.npz`), Buffer.from(text, 'base64'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.keys(NPZ))("NumPy's %s archive", (name) => {
  it('gives its matrix row by row', () => {
    const { rows, columns, values } = readNpzMatrix(file(`${name}.npz`), 'arr_0');
    expect([rows, columns]).toEqual([2, 3]);
    expect([...values]).toEqual([1.5, Infinity, 3, 0, 2.25, NaN]);
  });

  it('names a matrix that it lacks', () => {
    expect(() => readNpzMatrix(file(`${name}.npz`), 'flow')).toThrow(/^Expected a float32 matrix flow in /);
  });
});

describe('the truth of a stereo pair', () => {
  it('points left, and is unknown where the disparity is not finite', async () => {
    const { width, height, data, valid } = await readDisparity(file('compressed.npz'), 1);
    expect([width, height]).toEqual([3, 2]);
    expect([...data]).toEqual([-1.5, 0, 0, 0, -3, 0, -0, 0, -2.25, 0, 0, 0]);
    expect([...valid!]).toEqual([1, 0, 1, 1, 1, 0]);
  });

  it('has levels of an image as its unit, and is unknown where they are 0', async () => {
    const grey = [0, 1, 220].flatMap((level) => [level, level, level]);
    await writeImage(file('disparity.png'), { width: 3, height: 1, data: Uint8Array.from(grey) });
    const { data, valid } = await readDisparity(file('disparity.png'), 4);
    expect([...data]).toEqual([0, 0, -0.25, 0, -55, 0]);
    expect([...valid!]).toEqual([0, 1, 1]);
  });
});
