import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BINDING_VERSION } from '../../src/io/frames/ffmpeg.ts';
import { FIXTURES } from '../../fixtures/index.ts';

const { arch } = process;

afterEach(() => {
  Object.defineProperty(process, 'arch', { value: arch });
  vi.resetModules();
});

/** The native FFmpeg bindings that this process has loaded. */
const loadedBindings = (): string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((name) => name.endsWith('node-av.node'));

describe('FFmpeg', () => {
  it.each([
    ['package.json', 'peerDependencies'],
    ['fixtures/video/package.json', 'optionalDependencies'],
  ])('is asked for in the version that %s names', async (file, field) => {
    const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    const packages = (JSON.parse(text) as Record<string, Record<string, string>>)[field];
    const names = Object.keys(packages).filter((name) => name.includes('node-av'));
    expect(names.length).toBe(6);
    for (const name of names) expect(packages[name]).toBe(BINDING_VERSION);
  });

  it('is not loaded for images, and is for video', async () => {
    const { openFrames, readImage } = await import('../../src/io/index.ts');
    await readImage(FIXTURES.boxA);
    await openFrames(FIXTURES.boxA);
    expect(loadedBindings()).toEqual([]);
    await openFrames(FIXTURES.clip);
    expect(loadedBindings().length).toBe(1);
  });

  it('missing on this platform is one line with the cure', async () => {
    Object.defineProperty(process, 'arch', { value: 'pdp11' });
    const { createFrameSink, openFrames } = await import('../../src/io/index.ts');
    const sentence =
      /^Expected the optional package @seydx\/node-av-\w+-pdp11\S* to read .*box\.mp4 but it is not installed: npm install/;
    await expect(openFrames(FIXTURES.clip)).rejects.toThrow(sentence);
    await expect(createFrameSink('none.mp4', { width: 2, height: 2, frameRate: 1 })).rejects.toThrow(
      /to write none\.mp4 but it is not installed/,
    );
  });
});
