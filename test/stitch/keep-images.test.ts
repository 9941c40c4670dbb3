import { expect, it } from 'vitest';
import { keepImages } from '../../src/stitch/sources/keep-images.ts';
import type { ImageSource } from '../../src/stitch/types.ts';

function sourceOf(width: number, height: number): { source: ImageSource; asked: (number | undefined)[] } {
  const asked: (number | undefined)[] = [];
  const load: ImageSource['load'] = (most) => {
    asked.push(most);
    return Promise.resolve({ width, height, data: new Uint8Array(width * height * 3) });
  };
  return { source: { name: 'image', width, height, load }, asked };
}

it('small images are read once, as large as any stage wants them', async () => {
  const { source, asked } = sourceOf(1200, 1000);
  const [kept] = keepImages([source], {});
  expect(await kept.load(1000)).toBe(await kept.load());
  expect(asked).toEqual([1.2e6]);
  const [smaller] = keepImages([source], { scale: 0.1 });
  await smaller.load();
  expect(asked).toEqual([1.2e6, 0.5e6]);
});

it('images that fill the memory together are read whenever they are wanted', () => {
  const sources = [1, 2].map(() => sourceOf(4000, 3000).source);
  expect(keepImages(sources, {})).toBe(sources);
});
