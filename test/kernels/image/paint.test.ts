import { describe, expect, it } from 'vitest';
import { openPainterReference, paintPixels, shoulderOf } from '../../../kernels/paint/index.ts';
import { compiled } from '../compiled.ts';
import type {
  PaintChange,
  Painter,
  PaintNodes,
  PaintSource,
  PaintTone,
} from '../../../kernels/paint/index.ts';

const imageOf = (width: number, height: number): PaintSource => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37 + ((i >> 3) % 11) * 19) % 256),
});

/** A turned and stretched grid, with a factor that rises to the right. */
const gridOf = (columns: number, rows: number, x0: number, y0: number, turn = 0.3): PaintNodes => {
  const data = new Float32Array(columns * rows * 4);
  for (let j = 0, k = 0; j < rows; j++)
    for (let i = 0; i < columns; i++, k += 4)
      data.set([x0 + 8 * (i - turn * j), y0 + 8 * (0.9 * j + turn * i), 0.8 + 0.05 * i, 7], k);
  return { columns, rows, data };
};

const changeOf = (width: number, height: number): PaintChange => ({
  ...{ width, height, left: 1, top: 2 },
  data: Float32Array.from({ length: width * height * 4 }, (_, i) => ((i * 13) % 61) - 30),
});

/** All bytes of a single cell, between four nodes. */
function paintCell(image: PaintSource, data: Float32Array, change?: PaintChange, tone?: PaintTone): number[] {
  let strip: number[] = [];
  const paint = (painter: Painter): void => {
    painter.run(0, 0, 1);
    strip = [...painter.strip];
  };
  paintPixels(paint, image, { columns: 2, rows: 2, data }, change, tone);
  return strip;
}

describe('painting', () => {
  it('copies an image where the grid is its own', () => {
    const image = imageOf(40, 24);
    const nodes = gridOf(5, 3, 3, 5, 0);
    for (let k = 0; k < nodes.data.length; k += 4)
      nodes.data.set([3 + 8 * ((k / 4) % 5), 5 + 8 * Math.floor(k / 20), 1, 0], k);
    expect.assertions(8 * 48);
    paintPixels(
      (plain) => {
        plain.run(1, 0, 2);
        for (let y = 0; y < 8; y++)
          for (let i = 0; i < 48; i++)
            expect(plain.strip[y * plain.pitch + i]).toBe(image.data[((5 + y) * 40 + 11) * 3 + i]);
      },
      image,
      nodes,
    );
  });

  it('goes on with the edge past it, and cuts what is too dark or too light', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 200, 210, 220) };
    const data = new Float32Array(16);
    [
      [-8, -8],
      [0, -8],
      [-8, 0],
      [0, 0],
    ].forEach(([x, y], k) => data.set([x, y, 1, 0], 4 * k));
    const change = { width: 1, height: 1, left: 0, top: 0, data: Float32Array.of(-15, 0.6, 240, 0) };
    const strip = paintCell(image, data, change);
    expect(strip.slice(0, 3)).toEqual([0, 21, 255]);
    expect(strip.slice(7 * 24 + 21)).toEqual([0, 21, 255]);
  });

  it('darkens colours, and light ones the less the whiter they are', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(255, 255, 255, 255, 255, 200) };
    const data = new Float32Array(16);
    [0, 1, 2, 3].forEach((k) => data.set([k % 2 ? 8 : 0, 0, 0.5, 0], 4 * k));
    expect(paintCell(image, data).slice(0, 6)).toEqual([255, 255, 255, 128, 128, 100]);
  });

  it('shows what gains make too bright, in order and with its hue, and what was cut off as white', () => {
    const levels = [88, 180, 215, 240, 248, 255];
    const data = new Float32Array(16);
    [0, 1, 2, 3].forEach((k) => data.set([k % 2 ? 8 : 0, 0, 1.3, 0], 4 * k));
    const shown = levels.map((level) => {
      const image = { width: 1, height: 1, data: Uint8Array.of(level, level / 2, level / 4) };
      return paintCell(image, data, undefined, { white: 1.3 * 255 }).slice(0, 3);
    });
    expect(shown[0]).toEqual([114, 57, 29]);
    for (const [i, [red, green]] of shown.entries()) {
      expect(red).toBeGreaterThan(i ? shown[i - 1][0] : 0);
      expect(red / green).toBeCloseTo(2, 1);
    }
    expect(shown[4][0]).toBeLessThan(255);
    expect(shown[5][0]).toBe(255);
    const white = { width: 1, height: 1, data: Uint8Array.of(255, 255, 255) };
    data.set([0, 0, 0.7, 0]);
    expect(paintCell(white, data, undefined, { white: 1.3 * 255, tint: [1.2, 1, 0.8] })[0]).toBe(255);
  });

  it('bends brightness by a curve that begins as it is and ends at white', () => {
    for (const white of [256, 260, 300, 400, 700]) {
      const { knee, bend } = shoulderOf(white);
      const at = (value: number): number => knee + (value - knee) / (1 + bend * (value - knee));
      expect(at(white)).toBeCloseTo(255, 6);
      expect(at(knee + 1e-3) - knee).toBeCloseTo(1e-3, 5);
    }
    expect(shoulderOf(255)).toEqual({ knee: Infinity, bend: 0 });
  });

  it.each([
    ['all of it', 90, 70, gridOf(9, 7, 20, 3), undefined],
    ['beyond all sides', 30, 20, gridOf(9, 7, -12, -30), changeOf(9, 5)],
    ['a window of it', 300, 200, gridOf(4, 5, 130, 90, -0.2), changeOf(20, 30)],
    ['a single pixel', 1, 1, gridOf(3, 3, 0, 0), changeOf(3, 1)],
  ])('is within rounding of the definition on %s', (_, width, height, nodes, change) => {
    const image = imageOf(width, height);
    const tone: PaintTone | undefined = change && { tint: [1.1, 1, 0.85], white: 290 };
    const exact = openPainterReference(image, nodes, change, tone);
    let most = -1;
    const compare = (fast: Painter): void => {
      expect(fast.pitch).toBe(exact.pitch);
      for (let row = 0; row < nodes.rows - 1; row++) {
        exact.run(1, row, nodes.columns - 2);
        fast.run(1, row, nodes.columns - 2);
        for (let y = 0; y < 8; y++)
          for (let i = 0; i < (nodes.columns - 2) * 24; i++)
            most = Math.max(
              most,
              Math.abs(fast.strip[y * fast.pitch + i] - exact.strip[y * exact.pitch + i]),
            );
      }
    };
    compiled(() => {
      paintPixels(compare, image, nodes, change, tone);
    });
    expect([0, 1]).toContain(most);
  });
});
