/** The kinds of files that sharp is given; by their first bytes, never by their names. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'heif';

/** What the first bytes are in Latin-1; `?` is any byte. HEIF is the container of AVIF. */
const SIGNATURES: readonly (readonly [ImageFormat, string])[] = [
  ['png', '\x89PNG\r\n\x1a\n'],
  ['jpeg', '\xff\xd8\xff'],
  ['webp', 'RIFF????WEBP'],
  ['gif', 'GIF8'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['tiff', 'II+\0'],
  ['tiff', 'MM\0+'],
  ['heif', '????ftyp'],
];

/**
 * The format of an image file, or undefined where it is none that is documented. libvips would also open others that
 * programs can be hidden in, SVG above all.
 */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(12, bytes.length)).toString('latin1');
  const fits = (signature: string): boolean =>
    start.length >= signature.length && [...signature].every((c, i) => c === '?' || c === start[i]);
  return SIGNATURES.find(([, signature]) => fits(signature))?.[0];
}
