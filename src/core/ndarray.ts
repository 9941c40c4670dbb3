import ndarray from 'ndarray';
import type { NdArray } from 'ndarray';
import { ShapeError, checkOneOf, expected } from './errors.ts';
import type { FlowField, Image, Mask, ScalarField, Tensor } from './types.ts';

/**
 * A view as an ndarray, sharing memory: `(height, width, 2)` for a flow, `(height, width, 3)` for an image,
 * `(height, width)` for a mask or a scalar field, `dims` for a tensor. What is written into the view is
 * written into the original.
 *
 * @example
 * import { asNdarray } from 'whither';
 *
 * const u = asNdarray(flow).pick(null, null, 0); // the horizontal part, sharing memory with the flow
 * console.log(u.get(80, 120)); // of row 80, column 120
 */
export function asNdarray(field: FlowField | ScalarField | Tensor): NdArray<Float32Array>;
export function asNdarray(field: Image | Mask): NdArray<Uint8Array>;
export function asNdarray(
  field: FlowField | ScalarField | Tensor | Image | Mask,
): NdArray<Float32Array> | NdArray<Uint8Array> {
  if (typeof field !== 'object' || field === null || !ArrayBuffer.isView(field.data))
    throw expected('a flow field, image, mask, scalar field or tensor', 'field', field);
  const shape = 'dims' in field ? [...field.dims] : gridShape(field);
  const size = shape.reduce((product, n) => product * n, 1);
  if (size !== field.data.length)
    throw new ShapeError(`Expected ${shape.join(' x ')} = ${size} values but received ${field.data.length}`);
  return field.data instanceof Float32Array ? ndarray(field.data, shape) : ndarray(field.data, shape);
}

/** Height, width and, where there is more than one value a pixel, their number. */
function gridShape(grid: FlowField | ScalarField | Image | Mask): number[] {
  const { width, height } = grid;
  const channels = Math.max(1, Math.round(grid.data.length / (width * height)));
  return channels === 1 ? [height, width] : [height, width, channels];
}

/** Any ndarray of numbers. */
export type NumericNdArray = Pick<NdArray, 'shape' | 'stride' | 'offset'> & {
  readonly data: ArrayLike<number> | { get(index: number): number; readonly length: number };
};

/**
 * A flow field of an ndarray `(height, width, 2)`, or an image of one `(height, width)`, `(height, width, 1)`
 * or `(height, width, 3)` with values from 0 to 255; one channel becomes three of the same, values are rounded
 * and cut to the range. Any strides and offset do (transposed, flipped, stepped views). Memory is shared where
 * the array is already laid out as needed, and copied otherwise.
 *
 * @throws ShapeError when the shape is another
 * @example
 * import ndarray from 'ndarray';
 * import { fromNdarray } from 'whither';
 *
 * const still = fromNdarray(ndarray(new Float32Array(480 * 640 * 2), [480, 640, 2]), 'flow');
 */
export function fromNdarray(array: NumericNdArray, kind: 'flow'): FlowField;
export function fromNdarray(array: NumericNdArray, kind: 'image'): Image;
export function fromNdarray(array: NumericNdArray, kind: 'flow' | 'image'): FlowField | Image {
  checkOneOf(kind, 'kind', ['flow', 'image']);
  if (typeof array !== 'object' || array === null || !Array.isArray(array.shape))
    throw expected('an ndarray', 'array', array);
  checkShape(array.shape, kind);
  const [height, width] = array.shape;
  const data = kind === 'flow' ? flowValues(array) : imageValues(array);
  return kind === 'flow'
    ? { width, height, data: data as Float32Array }
    : { width, height, data: data as Uint8Array };
}

function checkShape(shape: readonly number[], kind: 'flow' | 'image'): void {
  const channels = shape.length === 2 ? 1 : shape[2];
  const fits = kind === 'flow' ? channels === 2 : channels === 1 || channels === 3;
  if ((shape.length === 2 || shape.length === 3) && fits && shape.every((n) => n > 0)) return;
  const wanted =
    kind === 'flow' ? '(height, width, 2)' : '(height, width), (height, width, 1) or (height, width, 3)';
  const cure = kind === 'image' && channels === 4 ? ': cut off the alpha channel' : '';
  throw new ShapeError(`Expected the shape ${wanted} but received (${shape.join(', ')})${cure}`);
}

function flowValues(array: NumericNdArray): Float32Array {
  const { data } = array;
  if (data instanceof Float32Array && isPacked(array)) return data.subarray(array.offset, end(array));
  const [height, width] = array.shape;
  return gather(array, 2, new Float32Array(height * width * 2));
}

function imageValues(array: NumericNdArray): Uint8Array {
  const { data } = array;
  if (data instanceof Uint8Array && array.shape[2] === 3 && isPacked(array))
    return data.subarray(array.offset, end(array));
  const [height, width] = array.shape;
  // A clamped array rounds and cuts what is written to it; NaN becomes 0.
  return new Uint8Array(gather(array, 3, new Uint8ClampedArray(height * width * 3)).buffer);
}

/** Whether values lie row by row with nothing between them. */
function isPacked({ shape, stride }: NumericNdArray): boolean {
  let step = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    if (shape[k] !== 1 && stride[k] !== step) return false;
    step *= shape[k];
  }
  return true;
}

function end({ shape, offset }: NumericNdArray): number {
  return offset + shape.reduce((product, n) => product * n, 1);
}

/** Copies to packed rows of `channels` values a pixel; a single channel is repeated. */
function gather<T extends Float32Array | Uint8ClampedArray>(
  array: NumericNdArray,
  channels: number,
  out: T,
): T {
  const { shape, stride, offset, data } = array;
  const read = 'get' in data ? (i: number) => data.get(i) : (i: number) => data[i];
  const channelStep = shape.length === 2 || shape[2] === 1 ? 0 : stride[2];
  let at = 0;
  for (let y = 0; y < shape[0]; y++)
    for (let x = 0; x < shape[1]; x++)
      for (let c = 0; c < channels; c++)
        out[at++] = read(offset + y * stride[0] + x * stride[1] + c * channelStep);
  return out;
}
