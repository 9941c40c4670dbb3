const EBML_HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;

/** A length field of EBML (RFC 8794, section 4) and the bytes it takes; undefined where the length is unknown. */
function readLength(bytes: Uint8Array, at: number): { value: number | undefined; bytes: number } {
  const first = bytes[at] ?? 0;
  const size = Math.clz32(first) - 23;
  let value = first & (0xff >> size);
  let unknown = value === 0xff >> size;
  for (let i = 1; i < size; i++) {
    value = value * 256 + (bytes[at + i] ?? 0);
    unknown &&= bytes[at + i] === 0xff;
  }
  return { value: unknown ? undefined : value, bytes: size };
}

/**
 * How long a Matroska or WebM file is to be, in bytes, by the length that its header gives for the segment, in
 * which everything lies (RFC 9559). FFmpeg takes a file that ends before for complete.
 *
 * @param start The first bytes of the file; 4096 are plenty.
 * @returns undefined for other files and for recordings whose length was not known when they began.
 */
export function matroskaLength(start: Uint8Array): number | undefined {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length < 12 || view.getUint32(0) !== EBML_HEADER) return undefined;
  const header = readLength(start, 4);
  const segment = 4 + header.bytes + (header.value ?? Infinity);
  if (!(segment + 12 <= start.length) || view.getUint32(segment) !== SEGMENT) return undefined;
  const length = readLength(start, segment + 4);
  return length.value === undefined ? undefined : segment + 4 + length.bytes + length.value;
}
