import { FileError } from '../../core/index.ts';

/** An image as its file has it: 8 or 16 bits a sample, grey or RGB interleaved. */
export interface NetpbmImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Whether samples have 16 bits. */
  readonly deep: boolean;
  /** Gives the samples; not before they are asked for, so that a header's claim can be checked first. */
  decode(): Uint8Array | Uint16Array;
}

/** Magic, width, height and greatest sample, each followed by white space; comments run to the end of a line. */
const HEADER = /^P([56])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s/;

/**
 * Reads the header of a binary grey (.pgm, P5) or colour (.ppm, P6) image of the Netpbm family, which sharp's
 * builds leave out and data sets of the field come in. Samples of two bytes are brought to 16 bits, others to 8.
 *
 * @returns undefined where the bytes are of another format
 */
export function openNetpbm(bytes: Uint8Array): NetpbmImage | undefined {
  const header = HEADER.exec(Buffer.from(bytes.subarray(0, 1024)).toString('latin1'));
  if (!header) return undefined;
  const [width, height, greatest] = header.slice(2).map(Number);
  const channels = header[1] === '6' ? 3 : 1;
  return {
    width,
    height,
    channels,
    deep: greatest > 255,
    decode: () => decode(bytes.subarray(header[0].length), width * height * channels, greatest),
  };
}

function decode(samples: Uint8Array, count: number, greatest: number): Uint8Array | Uint16Array {
  if (greatest < 1 || greatest > 65535)
    throw new FileError(`Expected a greatest sample from 1 to 65535 but received ${greatest}`);
  const wide = greatest > 255;
  const length = wide ? count * 2 : count;
  if (samples.length < length)
    throw new FileError(
      `Expected ${length} bytes of samples but received ${samples.length}: the file is cut short`,
    );
  if (greatest === 255) return samples.slice(0, count);
  const [out, most] = wide ? [new Uint16Array(count), 65535] : [new Uint8Array(count), 255];
  for (let i = 0; i < count; i++) {
    const value = wide ? samples[i * 2] * 256 + samples[i * 2 + 1] : samples[i];
    out[i] = Math.min(most, Math.round((value * most) / greatest));
  }
  return out;
}
