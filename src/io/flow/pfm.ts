import { FileError } from '../../core/index.ts';
import type { FlowField } from '../../core/index.ts';
import { checkFlowSize } from '../image/index.ts';
import type { ReadFlowOptions } from '../image/index.ts';
import { checkFlowValues, flowFromComponents } from './unknown-flow.ts';

/** `PF`, width, height and scale, each pair separated by white space, and a single byte of it at the end. */
const HEADER = /^(P[Ff])\s+(-?\d+)\s+(-?\d+)\s+([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?:\r\n|\s)/;
/** No sane header is longer. */
const HEADER_LIMIT = 128;

function decodeHeader(bytes: Uint8Array): {
  width: number;
  height: number;
  littleEndian: boolean;
  length: number;
} {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, HEADER_LIMIT));
  if (!/^P[Ff]\s/.test(text))
    throw new FileError(
      `Expected a .pfm that starts with "PF" but received ${JSON.stringify(text.slice(0, 2))}`,
    );
  const match = HEADER.exec(text);
  if (!match) throw new FileError('Expected width, height and scale in the .pfm header but received none');
  const [header, kind, width, height, scale] = match;
  if (kind === 'Pf')
    throw new FileError(
      'Expected a .pfm of three channels ("PF") but received one channel ("Pf"), as disparity maps have it',
    );
  if (Number(scale) === 0) throw new FileError(`Expected a .pfm scale other than 0 but received ${scale}`);
  return {
    width: Number(width),
    height: Number(height),
    littleEndian: Number(scale) < 0,
    length: header.length,
  };
}

/**
 * Reads a flow field from a Portable Float Map as FlyingThings3D has it (Mayer 2016): text `PF`, width, height
 * and a scale whose sign is the byte order (negative is little-endian; its size is ignored), then three
 * float32 a pixel, u, v and one that is ignored, the bottom row first. Unknown pixels: see `flowFromComponents`.
 *
 * @throws FileError for another magic number, a single channel, sizes below 1 or beyond `maxPixels`, too few or too many
 *   bytes.
 */
export function decodePfm(bytes: Uint8Array, options: ReadFlowOptions = {}): FlowField {
  const { width, height, littleEndian, length } = decodeHeader(bytes);
  if (width < 1 || height < 1)
    throw new FileError(`Expected a .pfm of at least 1 x 1 pixels but received ${width} x ${height}`);
  const wanted = length + width * height * 12;
  if (bytes.length !== wanted)
    throw new FileError(
      `Expected ${wanted} bytes for a .pfm of ${width} x ${height} pixels but received ${bytes.length}`,
    );
  checkFlowSize(width, height, options);
  const view = new DataView(bytes.buffer, bytes.byteOffset + length);
  const data = new Float32Array(width * height * 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = ((height - 1 - y) * width + x) * 12;
      const target = (y * width + x) * 2;
      data[target] = view.getFloat32(source, littleEndian);
      data[target + 1] = view.getFloat32(source + 4, littleEndian);
    }
  }
  return flowFromComponents(width, height, data);
}

/**
 * Writes a flow field as a little-endian Portable Float Map, the third channel 0. The format has no mark of its
 * own for unknown pixels: they are written as NaN. See {@link decodePfm}.
 */
export function encodePfm(flow: FlowField): Uint8Array {
  checkFlowValues(flow);
  const { width, height, data, valid } = flow;
  const header = new TextEncoder().encode(`PF\n${width} ${height}\n-1.0\n`);
  const bytes = new Uint8Array(header.length + width * height * 12);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = y * width + x;
      const target = ((height - 1 - y) * width + x) * 12;
      const known = valid?.[source] !== 0;
      view.setFloat32(target, known ? data[2 * source] : NaN, true);
      view.setFloat32(target + 4, known ? data[2 * source + 1] : NaN, true);
    }
  }
  return bytes;
}
