import { describe, expect, it } from 'vitest';
import {
  DESCRIPTOR_LENGTH,
  describeDense,
  describeDenseReference,
  describePlaces,
  describeReference,
} from '../../../kernels/describe/index.ts';
import { withMemory } from '../../../kernels/wasm/memory.ts';
import { openWorkspace } from '../../../kernels/wasm/workspace.ts';
import { TOLERANCE } from '../../tolerances.ts';
import '../../matchers.ts';
import { compiled, interpreted } from '../compiled.ts';

function planeOf(width: number, height: number, value: (x: number, y: number) => number) {
  const data = openWorkspace([width * height])!.take(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = value(x, y);
  return { width, height, data };
}

const waves = (x: number, y: number): number =>
  128 + 60 * Math.sin(x * 0.7 + 0.2 * y) + 50 * Math.cos(y * 0.4);

describe('histograms of all gradients', () => {
  it.each([
    [64, 48],
    [13, 200],
    [3, 3],
    [150, 90],
  ])('agree with the definition on %i x %i pixels, past the edges too', (width, height) => {
    // What others left in the memory is no number.
    withMemory(2 ** 22, ({ buffer }) => new Uint8Array(buffer).fill(255));
    const plane = planeOf(width, height, waves);
    const places = Float32Array.from({ length: 4 * 40 }, (_, k) => {
      const i = k >> 2;
      return [(i * 7.3) % width, (i * 5.1) % height, 1 + (i % 9), i * 0.7 - 9][k & 3];
    });
    const found = compiled(() => describeDense(plane, places));
    expect(found).toBeCloseToArray(describeDenseReference(plane, places), TOLERANCE.describe);
  });

  it('are those of few samples where the image is smooth, but for their number', () => {
    const plane = planeOf(90, 90, (x, y) => 100 + 50 * Math.sin(x * 0.09) + 40 * Math.cos(y * 0.07));
    const place = Float32Array.of(45, 44, 6, 0.8);
    const [dense, few] = [describeDense(plane, place), describePlaces(plane, place)];
    // A cell of 6 x 6 pixels has 3 x 3 samples.
    dense.forEach((value, k) => {
      expect(Math.abs(value / 4 - few[k])).toBeLessThan(0.05 * Math.max(...few));
    });
  });
});

describe('histograms of gradients', () => {
  it('of a ramp have one direction, and turn against the place', () => {
    const ramp = planeOf(40, 40, (x) => 3 * x);
    const found = describePlaces(ramp, Float32Array.of(20, 20, 3, 0, 20, 20, 3, Math.PI / 2));
    const directions = (at: number): number[] =>
      Array.from({ length: 8 }, (_, d) =>
        Array.from({ length: 16 }, (__, cell) => found[at + 8 * cell + d]).reduce((a, b) => a + b),
      );
    const [plain, turned] = [directions(0), directions(DESCRIPTOR_LENGTH)];
    expect(plain[0]).toBeGreaterThan(100);
    expect(plain.slice(1)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    // A quarter back is six eighths on.
    expect(turned[6] / plain[0]).toBeCloseTo(1, 3);
  });

  it('of a flat image are 0', () => {
    expect([
      ...describePlaces(
        planeOf(30, 30, () => 7),
        Float32Array.of(15, 15, 4, 1),
      ),
    ]).toEqual(new Array(DESCRIPTOR_LENGTH).fill(0));
  });

  it.each([
    [64, 48],
    [13, 200],
    [3, 3],
  ])('agree with the definition on %i x %i pixels, past the edges too', (width, height) => {
    const plane = planeOf(width, height, waves);
    const places = Float32Array.from({ length: 4 * 40 }, (_, k) => {
      const i = k >> 2;
      return [(i * 7.3) % width, (i * 5.1) % height, 1 + (i % 9), i * 0.7 - 9][k & 3];
    });
    const found = compiled(() => describePlaces(plane, places));
    expect(found).toBeCloseToArray(describeReference(plane, places), TOLERANCE.describe);
  });

  it('need no workspace', () => {
    const { data, ...size } = planeOf(32, 32, waves);
    const places = Float32Array.of(16, 15, 2, 0.3);
    const found = interpreted(() => describePlaces({ ...size, data: data.slice() }, places));
    expect(found).toEqual(describeReference({ ...size, data }, places));
  });
});
