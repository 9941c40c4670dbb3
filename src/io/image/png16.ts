import { deflateSync, inflateSync } from 'node:zlib';
import { FileError } from '../../core/index.ts';
import { checkFlowSize } from './pixel-limit.ts';
import type { ReadFlowOptions } from './pixel-limit.ts';

/**
 * A small PNG codec for exactly one kind, 16-bit RGB without interlacing, as flow benchmarks use it: numbers, not
 * colours. General image libraries may convert such samples (gamma, profiles, 8 bits); here they stay as stored.
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const BIT_DEPTH = 16;
const TRUE_COLOUR = 2;
const BYTES_PER_PIXEL = 6;
const MAX_SIDE = 2 ** 31 - 1;
const MAX_CHUNK_BYTES = 2 ** 30;

/** Red, green and blue samples, interleaved, 0 to 65535. */
export interface Rgb16 {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` values. */
  readonly data: Uint16Array;
}

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The checksum of PNG's chunks (PNG specification, annex D). */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** The fields of IHDR, or undefined where `bytes` is not the beginning of a PNG. */
export function readPngHeader(bytes: Uint8Array): PngHeader | undefined {
  if (bytes.length < 29 || SIGNATURE.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(12) !== 0x49484452) return undefined;
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    bitDepth: bytes[24],
    colourType: bytes[25],
    interlaced: bytes[28] !== 0,
  };
}

/** Whether `bytes` begins as a PNG of the one kind that this codec knows. */
export function isRgb16Png(bytes: Uint8Array): boolean {
  const header = readPngHeader(bytes);
  return header?.bitDepth === BIT_DEPTH && header.colourType === TRUE_COLOUR;
}

function checkHeader(bytes: Uint8Array): PngHeader {
  const header = readPngHeader(bytes);
  if (!header) throw new FileError('Expected a PNG signature and header but received other bytes');
  const { width, height, bitDepth, colourType, interlaced } = header;
  if (bitDepth !== BIT_DEPTH || colourType !== TRUE_COLOUR)
    throw new FileError(
      `Expected a PNG of 16-bit RGB (colour type 2) but received ${bitDepth} bits and colour type ${colourType}`,
    );
  if (interlaced) throw new FileError('Expected a PNG without interlacing but received an interlaced one');
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
    throw new FileError(`Expected a PNG of at least 1 x 1 pixels but received ${width} x ${height}`);
  return header;
}

/** The content of all IDAT chunks, joined; checks every chunk's checksum up to IEND. */
function collectImageData(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let at = SIGNATURE.length;
  for (;;) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    const end = at + 12 + length;
    if (end > bytes.length)
      throw new FileError('Expected a whole PNG but received the end of the file: it is cut short');
    const type = new TextDecoder('latin1').decode(bytes.subarray(at + 4, at + 8));
    if (view.getUint32(end - 4) !== crc32(bytes.subarray(at + 4, end - 4)))
      throw new FileError(
        `Expected the right checksum in the PNG chunk ${type} but received another: it is damaged`,
      );
    if (type === 'IDAT') parts.push(bytes.subarray(at + 8, end - 4));
    if (type === 'IEND') return Buffer.concat(parts);
    at = end;
  }
}

/** The predictor of filter type 4 (PNG specification, section 9.4). */
function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const dLeft = Math.abs(estimate - left);
  const dUp = Math.abs(estimate - up);
  const dUpLeft = Math.abs(estimate - upLeft);
  if (dLeft <= dUp && dLeft <= dUpLeft) return left;
  return dUp <= dUpLeft ? up : upLeft;
}

/** The predictors of filter types 0 to 4, by the byte to the left, above, and above left. */
const PREDICTORS: readonly ((left: number, up: number, upLeft: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

/** Undoes the filter of one row in place; `above` is the row above, already undone, or undefined. */
function unfilterRow(row: Uint8Array, above: Uint8Array | undefined, filter: number): void {
  const predict = PREDICTORS[filter];
  if (!predict) throw new FileError(`Expected a PNG row filter from 0 to 4 but received ${filter}`);
  for (let i = 0; i < row.length; i++) {
    const left = i >= BYTES_PER_PIXEL ? row[i - BYTES_PER_PIXEL] : 0;
    const upLeft = i >= BYTES_PER_PIXEL && above ? above[i - BYTES_PER_PIXEL] : 0;
    row[i] += predict(left, above?.[i] ?? 0, upLeft);
  }
}

/**
 * Reads a 16-bit RGB PNG; samples are big-endian in the file.
 *
 * @throws FileError for anything else, for interlacing, for more than `maxPixels`, and for cut or damaged files.
 */
export function decodeRgb16Png(bytes: Uint8Array, options: ReadFlowOptions = {}): Rgb16 {
  const { width, height } = checkHeader(bytes);
  checkFlowSize(width, height, options);
  const compressed = collectImageData(bytes);
  const stride = 1 + width * BYTES_PER_PIXEL;
  const wanted = stride * height;
  let rows: Uint8Array;
  try {
    // The limit keeps a small file from claiming all memory; one chunk for all spares joining many.
    const chunkSize = Math.max(64, Math.min(wanted, MAX_CHUNK_BYTES));
    rows = inflateSync(compressed, { maxOutputLength: wanted, chunkSize });
  } catch (cause) {
    throw new FileError(`Expected ${wanted} bytes of compressed PNG samples but they are damaged`, { cause });
  }
  if (rows.length !== wanted)
    throw new FileError(`Expected ${wanted} bytes of PNG samples but received ${rows.length}`);
  return { width, height, data: unfilter(rows, width, height) };
}

/** The samples of filtered rows. They take the rows' place in memory, where a large file would else take twice. */
function unfilter(rows: Uint8Array, width: number, height: number): Uint16Array {
  const bytes = rows.byteOffset % 2 ? rows.slice() : rows;
  const samples = width * 3;
  const data = new Uint16Array(bytes.buffer, bytes.byteOffset, samples * height);
  const row = new Uint8Array(samples * 2);
  const above = new Uint8Array(samples * 2);
  for (let y = 0; y < height; y++) {
    const start = y * (row.length + 1);
    row.set(bytes.subarray(start + 1, start + 1 + row.length));
    unfilterRow(row, y ? above : undefined, bytes[start]);
    for (let i = 0; i < samples; i++) data[y * samples + i] = (row[2 * i] << 8) | row[2 * i + 1];
    above.set(row);
  }
  return data;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

/** Writes a 16-bit RGB PNG; every row is filtered against the one above, which suits smooth fields. */
export function encodeRgb16Png({ width, height, data }: Rgb16): Uint8Array {
  const stride = 1 + width * BYTES_PER_PIXEL;
  const rows = new Uint8Array(stride * height);
  let above = new Uint8Array(width * BYTES_PER_PIXEL);
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(width * BYTES_PER_PIXEL);
    for (let i = 0; i < width * 3; i++) {
      row[2 * i] = data[y * width * 3 + i] >> 8;
      row[2 * i + 1] = data[y * width * 3 + i];
    }
    rows[y * stride] = 2;
    for (let i = 0; i < row.length; i++) rows[y * stride + 1 + i] = row[i] - above[i];
    above = row;
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([BIT_DEPTH, TRUE_COLOUR], 8);
  // Not a Buffer itself: its slice() would share memory, unlike that of the array type that is promised.
  return new Uint8Array(
    Buffer.concat([
      new Uint8Array(SIGNATURE),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', new Uint8Array(0)),
    ]),
  );
}
