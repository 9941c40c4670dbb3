import { FileError } from '../../core/index.ts';
import type { FlowField } from '../../core/index.ts';
import { checkFlowSize } from '../image/index.ts';
import type { ReadFlowOptions } from '../image/index.ts';
import { checkFlowValues, flowFromComponents } from './unknown-flow.ts';

/** The bytes `PIEH`, which read as a little-endian float32 are 202021.25. */
const MAGIC = 202021.25;
const HEADER_BYTES = 12;
/** What unknown components are written as. */
const UNKNOWN = 1e10;

/**
 * Reads Middlebury's `.flo` (Baker 2011): float32 202021.25, int32 width, int32 height, then u and v of each
 * pixel row by row as float32, everything little-endian. Unknown pixels: see `flowFromComponents`.
 *
 * @throws FileError for another magic number, sizes below 1 or beyond `maxPixels`, too few or too many bytes.
 */
export function decodeFlo(bytes: Uint8Array, options: ReadFlowOptions = {}): FlowField {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES)
    throw new FileError(`Expected a .flo header of ${HEADER_BYTES} bytes but received ${bytes.length} bytes`);
  const magic = view.getFloat32(0, true);
  if (magic !== MAGIC)
    throw new FileError(`Expected the .flo magic number ${MAGIC} (bytes "PIEH") but received ${magic}`);
  const width = view.getInt32(4, true);
  const height = view.getInt32(8, true);
  if (width < 1 || height < 1)
    throw new FileError(`Expected a .flo of at least 1 x 1 pixels but received ${width} x ${height}`);
  const wanted = HEADER_BYTES + width * height * 8;
  if (bytes.length !== wanted)
    throw new FileError(
      `Expected ${wanted} bytes for a .flo of ${width} x ${height} pixels but received ${bytes.length}`,
    );
  checkFlowSize(width, height, options);
  const data = new Float32Array(width * height * 2);
  for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(HEADER_BYTES + 4 * i, true);
  return flowFromComponents(width, height, data);
}

/** Writes Middlebury's `.flo`; both components of unknown pixels are written as 1e10. See {@link decodeFlo}. */
export function encodeFlo(flow: FlowField): Uint8Array {
  checkFlowValues(flow);
  const { width, height, data, valid } = flow;
  const bytes = new Uint8Array(HEADER_BYTES + data.length * 4);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, MAGIC, true);
  view.setInt32(4, width, true);
  view.setInt32(8, height, true);
  for (let i = 0; i < data.length; i++) {
    const value = valid?.[i >> 1] === 0 ? UNKNOWN : data[i];
    view.setFloat32(HEADER_BYTES + 4 * i, value, true);
  }
  return bytes;
}
