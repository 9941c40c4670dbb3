import { describe, expect, it } from 'vitest';
import { blurReference, blurSeparable } from '../../../kernels/blur/index.ts';
import { openWorkspace } from '../../../kernels/wasm/workspace.ts';
import { TOLERANCE } from '../../tolerances.ts';
import '../../matchers.ts';
import { compiled, interpreted } from '../compiled.ts';

const pattern = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => 128 + 100 * Math.sin(i * 1.7) + ((i * 37) % 23));

describe('a separable blur', () => {
  it('spreads an impulse into the product of the kernel with itself', () => {
    const data = new Float32Array(25);
    data[12] = 16;
    const half = Float32Array.of(0.5, 0.25);
    const wanted = [0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 2, 4, 2, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0];
    expect([...blurReference(data, 5, 5, half)]).toEqual(wanted);
    expect([...blurSeparable(data, 5, 5, half)]).toEqual(wanted);
  });

  it('mirrors the image at its border without repeating the border', () => {
    const out = blurSeparable(Float32Array.of(1, 2, 5), 3, 1, Float32Array.of(0.5, 0.25));
    // Left of 1 lies 2, right of 5 lies 2; above and below the only row lies itself.
    expect([...out]).toEqual([1.5, 2.5, 3.5]);
  });

  it('leaves a flat image flat', () => {
    const out = blurSeparable(new Float32Array(60 * 40).fill(77), 60, 40, Float32Array.of(0.4, 0.2, 0.1));
    expect(out).toBeCloseToArray(new Float32Array(60 * 40).fill(77), TOLERANCE.blur);
  });

  it.each([
    [37, 23, 7, compiled],
    [40, 1, 3, compiled],
    [130, 66, 13, compiled],
    // Rows shorter than the kernel.
    [5, 3, 9, interpreted],
    [1, 40, 3, interpreted],
  ])('agrees with the definition on %i x %i pixels with %i taps a side', (width, height, taps, run) => {
    const data = pattern(width * height);
    const half = Float32Array.from({ length: taps }, (_, k) => 1 / (2 * taps - 1) / (1 + 0.1 * k));
    const out = run(() => blurSeparable(data, width, height, half));
    expect(out).toBeCloseToArray(blurReference(data, width, height, half), TOLERANCE.blur);
  });

  it.each([
    [37, 23, 7],
    [130, 66, 13],
    [700, 460, 5],
    [5000, 40, 13],
  ])(
    'agrees with the definition in a workspace on %i x %i pixels with %i taps a side',
    (width, height, taps) => {
      const count = width * height;
      const half = Float32Array.from({ length: taps }, (_, k) => 1 / (2 * taps - 1) / (1 + 0.1 * k));
      const workspace = openWorkspace([count, count])!;
      const [once, twice] = [workspace.take(count), workspace.take(count)];
      compiled(() => blurSeparable(pattern(count), width, height, half, once));
      const wanted = blurReference(pattern(count), width, height, half);
      expect(once).toBeCloseToArray(wanted, TOLERANCE.blur);
      compiled(() => blurSeparable(once, width, height, half, twice));
      expect(twice).toBeCloseToArray(blurReference(wanted, width, height, half), TOLERANCE.blur);
      expect(once).toBeCloseToArray(wanted, TOLERANCE.blur);
    },
  );

  it('agrees with the definition where one strip of its memory ends and the next begins', () => {
    const [width, height, from] = [1500, 1450, 1350];
    const data = pattern(width * height);
    const half = Float32Array.of(0.4, 0.2, 0.1);
    const part = blurReference(data.subarray(from * width), width, height - from, half);
    const whole = compiled(() => blurSeparable(data, width, height, half));
    expect(whole.subarray((from + 2) * width)).toBeCloseToArray(part.subarray(2 * width), TOLERANCE.blur);
  });
});
