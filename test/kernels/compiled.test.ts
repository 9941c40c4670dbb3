import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blurReference, blurSeparable } from '../../kernels/blur/index.ts';
import { wasmApi } from '../../kernels/wasm/api.ts';
import { createLocals } from '../../kernels/wasm/code.ts';
import { createCrew } from '../../kernels/wasm/crew.ts';
import { withMemory } from '../../kernels/wasm/memory.ts';
import { kernelIn } from '../../kernels/wasm/workspace.ts';
import { compiled, interpreted } from './compiled.ts';

/** An addition without operands. */
const INVALID = [{ name: 'invalid', locals: createLocals(0), body: [0x6a] }];

describe('invalid code', () => {
  it('throws and is not taken for an engine without SIMD', async () => {
    const open = kernelIn(() => INVALID);
    expect(() => withMemory(1, open)).toThrow('Compiling function');
    await expect(createCrew(INVALID, 1, 1)).rejects.toThrow('Compiling function');
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
      /kernelIn|kernelWithMemory|\bcompile(Built)?\(/.test(
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
