import { describe, expect, it } from 'vitest';
import { mixBetween, motionBetween } from '../../../kernels/between/index.ts';
import type { BetweenInput, BetweenSide } from '../../../kernels/between/index.ts';
import { seeded } from '../../flow/fields.ts';

const WIDTH = 16;
const HEIGHT = 8;
const PIXELS = WIDTH * HEIGHT;

/** A side whose pixels all move alike. */
function side(rgb: Uint8Array, u: number, part: number, visible = 1): BetweenSide {
  const flow = Float32Array.from({ length: 2 * PIXELS }, (_, i) => (i % 2 ? 0 : u));
  return {
    ...{ rgb, flow, path: flow.map((value) => part * value) },
    visible: new Float32Array(PIXELS).fill(visible),
    importance: new Float32Array(PIXELS),
  };
}

const between = (input: BetweenInput): Uint8Array => mixBetween(input, motionBetween(input));

function noise(seed: number): Uint8Array {
  const random = seeded(seed);
  return Uint8Array.from({ length: 3 * PIXELS }, () => random() * 256);
}

/** The colours of another image, so many columns to the right. */
const shifted = (rgb: Uint8Array, columns: number): Uint8Array =>
  rgb.map((_, i) => {
    const [row, x] = [Math.floor(i / (3 * WIDTH)), Math.floor(i / 3) % WIDTH];
    return rgb[3 * (row * WIDTH + Math.min(Math.max(x - columns, 0), WIDTH - 1)) + (i % 3)];
  });

describe('a frame between', () => {
  it('is the image itself where nothing moves', () => {
    const rgb = noise(1);
    const input = { width: WIDTH, height: HEIGHT, a: side(rgb, 0, 0.5), b: side(rgb, 0, 0.5), time: 0.5 };
    expect(between(input)).toEqual(rgb);
  });

  it('of a translation is half way', () => {
    const rgb = noise(2);
    const a = side(rgb, 4, 0.5);
    const b = side(shifted(rgb, 4), -4, 0.5);
    const found = between({ width: WIDTH, height: HEIGHT, a, b, time: 0.5 });
    const wanted = shifted(rgb, 2);
    const inner = (_: number, i: number): boolean =>
      Math.floor(i / 3) % WIDTH > 2 && Math.floor(i / 3) % WIDTH < 14;
    expect(found.filter(inner)).toEqual(wanted.filter(inner));
  });

  it('mixes by time, and takes what one image alone shows from that', () => {
    const [black, grey] = [new Uint8Array(3 * PIXELS), new Uint8Array(3 * PIXELS).fill(200)];
    const at = (time: number, visible: number): number =>
      between({
        ...{ width: WIDTH, height: HEIGHT, time },
        a: side(black, 0, time, visible),
        b: side(grey, 0, 1 - time),
      })[0];
    expect([at(0.25, 1), at(0.75, 1)]).toEqual([50, 150]);
    // Two that agree: A says that B does not show it, B says that A does.
    expect(at(0.5, 0)).toBeLessThan(100);
  });

  it('lets what is important win where two motions meet', () => {
    const rgb = noise(3);
    const a = side(rgb, 0, 0.5);
    const b = side(shifted(rgb, 3), -6, 0.5);
    const high = { ...b, importance: b.importance.map(() => 9) };
    const found = between({ width: WIDTH, height: HEIGHT, a, b: high, time: 0.5 });
    const i = 3 * (3 * WIDTH + 8);
    // From B alone: three columns to its right, and six to the left of that in A.
    const mixed = (rgb[i] + rgb[i - 9]) / 2;
    expect(found[i]).toBeGreaterThan(Math.min(rgb[i], rgb[i - 9], mixed) - 1);
    expect(Math.abs(found[i] - (shifted(rgb, 3)[i + 9] + rgb[i - 9]) / 2)).toBeLessThan(2);
  });

  it('fills a hole with the motion about it, and survives one pixel', () => {
    const rgb = noise(4);
    const a = side(rgb, 0, 0.5);
    a.path.fill(NaN, 2 * 40, 2 * 44);
    const b = side(rgb, 0, 0.5);
    b.path.fill(NaN, 2 * 40, 2 * 44);
    expect(between({ width: WIDTH, height: HEIGHT, a, b, time: 0.5 })).toEqual(rgb);
    const one = (value: number): BetweenSide => ({
      rgb: new Uint8Array(3).fill(value),
      ...{ flow: new Float32Array(2), path: new Float32Array(2) },
      ...{ visible: new Float32Array([1]), importance: new Float32Array(1) },
    });
    expect([...between({ width: 1, height: 1, a: one(10), b: one(30), time: 0.5 })]).toEqual([20, 20, 20]);
  });
});
