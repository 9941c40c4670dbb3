/**
 * The definition: a symmetric kernel along rows, then along columns. Beyond the border the image is its own mirror
 * image, the border not repeated.
 *
 * @param data `width * height` values, row by row
 * @param half the kernel's middle and one side, outwards
 */
export function blurReference(
  data: Float32Array,
  width: number,
  height: number,
  half: Float32Array,
): Float32Array {
  const across = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  blurLines(data, across, { lines: height, pitch: width, length: width, step: 1 }, half);
  blurLines(across, out, { lines: width, pitch: 1, length: height, step: width }, half);
  return out;
}

interface Lines {
  readonly lines: number;
  /** Values from one line to the next, and from one value of a line to the next. */
  readonly pitch: number;
  readonly step: number;
  readonly length: number;
}

function blurLines(
  input: Float32Array,
  out: Float32Array,
  { lines, pitch, length, step }: Lines,
  half: Float32Array,
): void {
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < length; i++) {
      const at = (k: number) => input[line * pitch + mirror(i + k, length) * step];
      let sum = half[0] * at(0);
      for (let k = 1; k < half.length; k++) sum += half[k] * (at(-k) + at(k));
      out[line * pitch + i * step] = sum;
    }
}

/** An index beyond the border, mirrored without repeating the border itself. */
export function mirror(i: number, size: number): number {
  if (size === 1) return 0;
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * (size - 1) - i;
  return i;
}
