import { describe, expect, it } from 'vitest';
import { deinterlace } from '../../src/io/frames/deinterlace.ts';
import { paintImage } from './scratch.ts';

const bar =
  (left: number) =>
  (x: number): [number, number, number] =>
    x >= left && x < left + 10 ? [220, 220, 220] : [20, 20, 20];

describe('deinterlacing', () => {
  it('leaves what the first field shows where things moved between the fields', () => {
    const first = paintImage(40, 20, bar(5));
    const woven = paintImage(40, 20, (x, y) => bar(y % 2 ? 12 : 5)(x));
    expect(deinterlace(woven)).toEqual(first);
  });

  it('keeps all rows of what stands still', () => {
    const ramp = paintImage(30, 21, (x, y) => [x * 8, y * 12, x + y]);
    expect(deinterlace(ramp)).toEqual(ramp);
  });
});
