import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blurReference, blurSeparable } from '../../kernels/blur/index.ts';
import { wasmApi } from '../../kernels/wasm/api.ts';
import { createPool } from '../../kernels/wasm/pool.ts';
import { withMemory } from '../../kernels/wasm/memory.ts';
import { kernelIn } from '../../kernels/wasm/workspace.ts';
import { compiled, interpreted } from './compiled.ts';

/** A module with a function that adds without operands. */
const INVALID = {
  plain: Buffer.from(
    '0061736d01000000010401600000021001' + // its type, and the import of
      '03656e76066d656d6f727902010101' + // env.memory
      '03020100070b0107696e76616c696400000a050103006a0b', // the function `invalid`: i32.add, end
    'hex',
  ).toString('base64'),
};

describe('invalid code', () => {
  it('throws and is not taken for an engine without SIMD', async () => {
    const open = kernelIn(INVALID);
    expect(() => withMemory(1, open)).toThrow('Compiling function');
    await expect(createPool(INVALID, 1, 1)).rejects.toThrow('Compiling function');
  });
});

describe('an engine without SIMD', () => {
  beforeEach(() => {
    vi.resetModules();
    vi.spyOn(wasmApi, 'validate').mockReturnValue(false);
  });
  afterEach(() => vi.restoreAllMocks());

  it('runs the definition', async () => {
    const { blurSeparable: blur } = await import('../../kernels/blur/index.ts');
    const { resizePlanes } = await import('../../kernels/resample/index.ts');
    const map = { channels: 1, width: 4, height: 4, data: new Float32Array(16).fill(7) };
    expect(interpreted(() => blur(map.data, 4, 4, Float32Array.of(0.5, 0.25)))).toEqual(map.data);
    expect(interpreted(() => resizePlanes(map, 8, 8)).data).toEqual(new Float32Array(64).fill(7));
  });

  it('is named where there is nothing else to run', async () => {
    const { prepareUpsample } = await import('../../kernels/index.ts');
    const prepared = prepareUpsample({ height: 2, width: 2, factor: 2 });
    await expect(prepared).rejects.toThrow('This JavaScript engine has no WebAssembly SIMD');
  });
});

describe('the count of compiled calls', () => {
  it('tells compiled code from its definition', () => {
    const blur = (run: typeof blurReference) => () => run(new Float32Array(64), 8, 8, Float32Array.of(1));
    compiled(blur(blurSeparable));
    interpreted(blur(blurReference));
    expect(() => compiled(blur(blurReference))).toThrow('calls of compiled code');
    expect(() => interpreted(blur(blurSeparable))).toThrow('calls of compiled code');
  });
});

it('every kernel that can fall back has a test that tells which code ran', () => {
  const folder = (path: string): URL => new URL(`../../${path}/`, import.meta.url);
  const names = (path: string): string[] =>
    readdirSync(folder(path), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const falling = names('kernels')
    .filter((file) => !file.startsWith('wasm'))
    .filter((file) =>
      /kernelIn|kernelWithMemory|\bcompileBuilt\(/.test(
        readFileSync(new URL(file, folder('kernels')), 'utf8'),
      ),
    )
    .map((file) => file.split(/[\\/]/)[0]);
  const proven = names('test/kernels')
    .filter((file) => readFileSync(new URL(file, folder('test/kernels')), 'utf8').includes('compiled(() =>'))
    .map((file) => basename(file, '.test.ts'));
  expect(falling.length).toBeGreaterThan(10);
  expect(falling.filter((name) => !proven.includes(name))).toEqual([]);
});
