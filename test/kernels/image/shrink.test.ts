import { describe, expect, it } from 'vitest';
import { shrinkPixels, shrinkReference } from '../../../kernels/shrink/index.ts';
import { compiled } from '../compiled.ts';

function image(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 89 + ((i * i) >> 3)) & 255);
  return { width, height, data };
}

describe('an image made smaller', () => {
  it('has the means of whole pixels and of their parts', () => {
    const data = Uint8Array.from([0, 30, 90], (v) => v).reduce<number[]>((all, v) => [...all, v, v, v], []);
    const small = shrinkPixels({ width: 3, height: 1, data: Uint8Array.from(data) }, 2, 1);
    // (0 + 30 / 2) / 1.5 and (30 / 2 + 90) / 1.5.
    expect([...small.data]).toEqual([10, 10, 10, 70, 70, 70]);
  });

  it('is itself at its own size, and flat where it was flat', () => {
    expect(shrinkPixels(image(7, 5), 7, 5)).toEqual(image(7, 5));
    const flat = new Uint8Array(50 * 40 * 3).fill(201);
    expect(new Set(shrinkPixels({ width: 50, height: 40, data: flat }, 13, 11).data)).toEqual(new Set([201]));
  });

  it.each([
    [64, 48, 55, 41],
    [64, 48, 21, 3],
    [101, 77, 1, 1],
    [1, 90, 1, 7],
    [1500, 900, 1290, 774],
  ])(
    'agrees with the definition to a level, from %i x %i to %i x %i',
    (width, height, newWidth, newHeight) => {
      const full = image(width, height);
      const fast = compiled(() => shrinkPixels(full, newWidth, newHeight));
      const slow = shrinkReference(full, newWidth, newHeight);
      const worst = fast.data.reduce((most, v, i) => Math.max(most, Math.abs(v - slow.data[i])), 0);
      expect(worst).toBeLessThanOrEqual(1);
      expect([fast.width, fast.height, fast.data.length]).toEqual([newWidth, newHeight, slow.data.length]);
    },
  );

  it('is not made larger', () => {
    expect(() => shrinkPixels(image(4, 4), 5, 2)).toThrow('Expected a size of at most 4 x 4');
  });
});
