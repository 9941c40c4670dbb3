import { FileError } from '../../core/index.ts';

/** An image of a .bmp file. */
export interface BmpImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  /** Whether samples have 16 bits. */
  readonly deep: false;
  /** Gives red, green and blue of each pixel; not before they are asked for, so that the size can be checked first. */
  decode(): Uint8Array;
}

const FILE_HEADER_BYTES = 14;
/** Of BITMAPINFOHEADER; later headers begin with the same fields. */
const LEAST_HEADER_BYTES = 40;

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  /** Where the pixels begin. */
  readonly start: number;
  /** Blue, green, red and an unused byte of each colour; empty where pixels have their own. */
  readonly palette: Uint8Array;
}

/**
 * Reads the header of a Windows bitmap, which sharp's builds leave out: BITMAPINFOHEADER or later, not compressed,
 * with a palette of 1, 4 or 8 bits or with 24 or 32 bits a pixel. A fourth channel is passed over.
 *
 * @returns undefined where the bytes are of another format
 * @throws FileError where it is a bitmap of another kind
 */
export function openBmp(bytes: Uint8Array): BmpImage | undefined {
  if (bytes.length < 2 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return undefined;
  const header = readHeader(bytes);
  const { width, height } = header;
  return { width, height, channels: 3, deep: false, decode: () => decode(bytes, header) };
}

function readHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = bytes.length < FILE_HEADER_BYTES + 4 ? 0 : view.getUint32(FILE_HEADER_BYTES, true);
  if (headerBytes < LEAST_HEADER_BYTES || bytes.length < FILE_HEADER_BYTES + headerBytes)
    throw new FileError(
      `Expected a bitmap header of ${LEAST_HEADER_BYTES} bytes or more but received ${headerBytes} ` +
        `in a file of ${bytes.length} bytes`,
    );
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  checkKind(bits, compression, view, headerBytes);
  const height = view.getInt32(22, true);
  const colors = bits > 8 ? 0 : Math.min(view.getUint32(46, true) || 1 << bits, 1 << bits);
  const at = FILE_HEADER_BYTES + headerBytes;
  return {
    width: Math.max(0, view.getInt32(18, true)),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    start: view.getUint32(10, true),
    palette: bytes.subarray(at, at + colors * 4),
  };
}

/** 32 bits may be said to be masked ("bit fields"), which changes nothing where the masks are the usual ones. */
function checkKind(bits: number, compression: number, view: DataView, headerBytes: number): void {
  const masks = FILE_HEADER_BYTES + LEAST_HEADER_BYTES;
  const usualMasks =
    headerBytes >= 52 && view.getUint32(masks, true) === 0xff0000 && view.getUint32(masks + 8, true) === 0xff;
  const plain = compression === 0 || (compression === 3 && bits === 32 && usualMasks);
  if (plain && [1, 4, 8, 24, 32].includes(bits)) return;
  throw new FileError(
    `Expected a bitmap of 1, 4, 8, 24 or 32 bits without compression but received ${bits} bits and ` +
      `compression ${compression}`,
  );
}

function decode(bytes: Uint8Array, { width, height, topDown, bits, start, palette }: BmpHeader): Uint8Array {
  // Rows are padded to whole groups of four bytes.
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (bytes.length < start + stride * height)
    throw new FileError(
      `Expected ${start + stride * height} bytes but received ${bytes.length}: the file is cut short`,
    );
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = bytes.subarray(start + (topDown ? y : height - 1 - y) * stride);
    for (let x = 0; x < width; x++) {
      const [source, from] = bits > 8 ? [row, (x * bits) >> 3] : [palette, colorIndex(row, x, bits) * 4];
      const to = (y * width + x) * 3;
      // Stored as blue, green, red; a colour that the palette lacks is black.
      for (let c = 0; c < 3; c++) out[to + c] = source[from + 2 - c] ?? 0;
    }
  }
  return out;
}

/** The number at column `x` of a row whose numbers have 1, 4 or 8 bits, the first in the upper ones. */
function colorIndex(row: Uint8Array, x: number, bits: number): number {
  const at = x * bits;
  return (row[at >> 3] >> (8 - bits - (at & 7))) & ((1 << bits) - 1);
}
