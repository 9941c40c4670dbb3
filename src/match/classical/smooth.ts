import type { Patches } from '../../features/index.ts';

/**
 * Every patch convolved with a Gaussian, edges repeated.
 *
 * @param sigma standard deviation in pixels of the patch, above 0
 */
export function smoothPatches({ count, size, data }: Patches, sigma: number): Patches {
  const radius = Math.ceil(3 * sigma);
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = kernel.reduce((total, value) => total + value, 0);
  kernel.forEach((value, i) => (kernel[i] = value / sum));
  const half = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  // Rows, then columns: a column of a patch is a row of its transpose.
  convolveLines(data, half, count * size, size, 1, size, kernel);
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * size * size, (i + 1) * size * size];
    convolveLines(half.subarray(from, to), out.subarray(from, to), size, 1, size, size, kernel);
  }
  return { count, size, data: out };
}

/** Convolves `lines` lines of `length` values; values lie `step` apart, lines `pitch`. */
function convolveLines(
  input: Float32Array,
  output: Float32Array,
  lines: number,
  pitch: number,
  step: number,
  length: number,
  kernel: Float32Array,
): void {
  const radius = (kernel.length - 1) / 2;
  for (let line = 0; line < lines; line++)
    for (let x = 0; x < length; x++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        const at = Math.min(Math.max(x + k, 0), length - 1);
        sum += kernel[k + radius] * input[line * pitch + at * step];
      }
      output[line * pitch + x * step] = sum;
    }
}
