import { FileError } from '../../core/index.ts';
import type { FlowField } from '../../core/index.ts';
import { checkFlowSize } from '../image/index.ts';
import type { ReadFlowOptions } from '../image/index.ts';
import { checkFlowValues, flowFromComponents } from './unknown-flow.ts';

/** `\x93NUMPY`. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy pads its header so that the numbers start at a multiple of this. */
const ALIGNMENT = 64;
/** NumPy itself refuses longer headers. */
const MAX_HEADER_BYTES = 10000;

interface NpyHeader {
  readonly bytesPerValue: 2 | 4 | 8;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly width: number;
  readonly height: number;
  /** Bytes before the first number. */
  readonly length: number;
}

/** The text of the header and where the numbers start, for format versions 1 to 3. */
function headerText(bytes: Uint8Array): { text: string; length: number } {
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new FileError('Expected the .npy magic "\\x93NUMPY" but received other bytes');
  const version = bytes[6];
  if (!(version >= 1 && version <= 3))
    throw new FileError(
      `Expected .npy format version 1, 2 or 3 but received ${version ?? 'the end of the file'}`,
    );
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw new FileError('Expected a .npy header but received the end of the file');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (length > bytes.length)
    throw new FileError(`Expected a .npy header of ${length} bytes but the file has ${bytes.length}`);
  if (length > MAX_HEADER_BYTES)
    throw new FileError(`Expected a .npy header of at most ${MAX_HEADER_BYTES} bytes but received ${length}`);
  return { text: new TextDecoder().decode(bytes.subarray(start, length)), length };
}

/** The value of `key` in the Python dictionary that a .npy header is. */
function headerValue(text: string, key: string, pattern: string): string {
  const match = new RegExp(`['"]${key}['"]\\s*:\\s*${pattern}`).exec(text);
  if (!match)
    throw new FileError(`Expected ${key} in the .npy header but received ${text.trim().slice(0, 80)}`);
  return match[1];
}

function decodeHeader(bytes: Uint8Array): NpyHeader {
  const { text, length } = headerText(bytes);
  const type = headerValue(text, 'descr', `['"]([^'"]+)['"]`);
  if (!/^[<>]f[248]$/.test(type))
    throw new FileError(
      `Expected .npy numbers of type float16, float32 or float64 (<f2, <f4, <f8, >f2, >f4, >f8) but received ${type.slice(0, 80)}`,
    );
  const shape = headerValue(text, 'shape', '\\(([^()]*)\\)')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  if (shape.length !== 3 || shape[2] !== 2)
    throw new FileError(
      `Expected a .npy of shape (height, width, 2) but received (${shape.slice(0, 8).join(', ')})` +
        (shape.length === 3 && shape[0] === 2 ? ': save numpy.moveaxis(flow, 0, -1) instead' : ''),
    );
  const [height, width] = shape;
  if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0))
    throw new FileError(`Expected a .npy of at least 1 x 1 pixels but received ${width} x ${height}`);
  return {
    bytesPerValue: Number(type[2]) as NpyHeader['bytesPerValue'],
    littleEndian: type.startsWith('<'),
    fortranOrder: headerValue(text, 'fortran_order', '(True|False)') === 'True',
    width,
    height,
    length,
  };
}

/**
 * Reads a flow field from NumPy's `.npy` (format versions 1 to 3): an array of shape (height, width, 2) in
 * float16, float32 or float64 of either byte order, C or Fortran order; the last axis is u, v. float64 is rounded to
 * float32. Unknown pixels: see `flowFromComponents`.
 *
 * @throws FileError for another magic number, type or shape, sizes below 1 or beyond `maxPixels`, too few
 *   or too many bytes.
 */
export function decodeNpy(bytes: Uint8Array, options: ReadFlowOptions = {}): FlowField {
  const { bytesPerValue, littleEndian, fortranOrder, width, height, length } = decodeHeader(bytes);
  const wanted = length + width * height * 2 * bytesPerValue;
  if (bytes.length !== wanted)
    throw new FileError(
      `Expected ${wanted} bytes for a .npy of shape (${height}, ${width}, 2) but received ${bytes.length}`,
    );
  checkFlowSize(width, height, options);
  const view = new DataView(bytes.buffer, bytes.byteOffset + length);
  const data = new Float32Array(width * height * 2);
  // The distance, in values, between neighbours along each axis.
  const [stepY, stepX, stepC] = fortranOrder ? [1, height, height * width] : [width * 2, 2, 1];
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 2; c++) {
        const offset = (y * stepY + x * stepX + c * stepC) * bytesPerValue;
        data[target++] = readFloat(view, offset, bytesPerValue, littleEndian);
      }
    }
  }
  return flowFromComponents(width, height, data);
}

function readFloat(view: DataView, at: number, bytes: 2 | 4 | 8, littleEndian: boolean): number {
  if (bytes === 8) return view.getFloat64(at, littleEndian);
  return bytes === 4 ? view.getFloat32(at, littleEndian) : toFloat(view.getUint16(at, littleEndian));
}

/** The number that the 16 bits of a half-precision float stand for (IEEE 754, section 3.4). */
function toFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
}

/**
 * Writes a flow field as NumPy's `numpy.save` writes a float32 array of shape (height, width, 2), byte for
 * byte. The format has no mark for unknown pixels: they are written as NaN. See {@link decodeNpy}.
 */
export function encodeNpy(flow: FlowField): Uint8Array {
  checkFlowValues(flow);
  const { width, height, data, valid } = flow;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${height}, ${width}, 2), }`;
  // numpy also leaves room for the first dimension to grow to 21 digits, and a line break ends the header.
  const grown = text + ' '.repeat(21 - String(height).length);
  const start = Math.ceil((10 + grown.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + data.length * 4);
  bytes.set([...MAGIC, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(text.padEnd(start - 11) + '\n'), 10);
  for (let i = 0; i < data.length; i++)
    view.setFloat32(start + 4 * i, valid?.[i >> 1] === 0 ? NaN : data[i], true);
  return bytes;
}
