import type { Image, Tensor } from '../core/index.ts';

/**
 * What a network reads of an image: planes of red, green and blue with 0 mapped to `range[0]` and 255 to
 * `range[1]`.
 *
 * @returns dims `[1, 3, height, width]`
 */
export function imageToTensor(image: Image, range: readonly [number, number]): Tensor {
  const { width, height, data } = image;
  const size = width * height;
  const planes = new Float32Array(3 * size);
  const values = rangeTable(range);
  for (let i = 0, p = 0; i < size; i++, p += 3) {
    planes[i] = values[data[p]];
    planes[i + size] = values[data[p + 1]];
    planes[i + size + size] = values[data[p + 2]];
  }
  return { dims: [1, 3, height, width], data: planes };
}

/** The float of each 8-bit value. */
function rangeTable([black, white]: readonly [number, number]): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => black + (value * (white - black)) / 255);
}

/**
 * Repeats the last column and the last row until both sizes are multiples of `multiple`.
 *
 * @param tensor dims `[1, channels, height, width]`; it comes back itself where it fits already
 */
export function padTensor(tensor: Tensor, multiple: number): Tensor {
  const [batch, channels, height, width] = tensor.dims;
  const paddedWidth = Math.ceil(width / multiple) * multiple;
  const paddedHeight = Math.ceil(height / multiple) * multiple;
  if (paddedWidth === width && paddedHeight === height) return tensor;
  const data = new Float32Array(batch * channels * paddedHeight * paddedWidth);
  for (let c = 0; c < batch * channels; c++) {
    const plane = c * paddedHeight * paddedWidth;
    for (let y = 0; y < height; y++) {
      const from = (c * height + y) * width;
      const to = plane + y * paddedWidth;
      data.set(tensor.data.subarray(from, from + width), to);
      data.fill(data[to + width - 1], to + width, to + paddedWidth);
    }
    const last = plane + (height - 1) * paddedWidth;
    for (let y = height; y < paddedHeight; y++)
      data.copyWithin(plane + y * paddedWidth, last, last + paddedWidth);
  }
  return { dims: [batch, channels, paddedHeight, paddedWidth], data };
}
