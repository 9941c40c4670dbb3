/** What samples of more than 8 bits stand for: 16 bits as such, light (colour in floats), or numbers of any unit. */
export type SampleKind = 'bits' | 'light' | 'numbers';

/** Samples of one image. */
export interface DeepSamples {
  readonly kind: SampleKind;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint16Array | Float32Array;
}

/** The least and the greatest sample, a thousandth at either end apart. */
export type SampleSpread = readonly [least: number, greatest: number];

/** Samples from `black` up to and without `white` become 0 to 255. */
export type SampleRange = readonly [black: number, white: number];

/** The range of each kind; null where libvips' own conversion serves: the upper 8 bits, or light from 0 to 1. */
export type SampleRanges = ReadonlyMap<SampleKind, SampleRange | null>;

/** Share of the samples at either end that do not count: dead pixels and glints. */
const ENDS = 0.001;
/** 16-bit samples that take more values than this have a use for the upper 8 bits. */
const NARROW = 2 ** 14;
/** More pixels tell nothing more. */
const MOST_SAMPLED = 2 ** 17;

/** Undefined where no sample is a finite number. */
export function spreadOf({ channels, data }: DeepSamples): SampleSpread | undefined {
  const pixels = data.length / channels;
  // Odd, so that it does not fall into one column of most widths.
  const step = Math.max(1, Math.floor(pixels / MOST_SAMPLED)) | 1;
  const taken = new Float32Array(Math.ceil(pixels / step) * channels);
  let count = 0;
  for (let i = 0; i < pixels; i += step)
    for (let c = 0; c < channels; c++) {
      const value = data[i * channels + c];
      if (Number.isFinite(value)) taken[count++] = value;
    }
  const sorted = taken.subarray(0, count).sort();
  const [least, greatest] = [Math.floor(ENDS * count), Math.ceil((1 - ENDS) * count) - 1];
  return count ? [sorted[least], sorted[greatest]] : undefined;
}

/** The spread of all samples of several images. */
export function joinSpreads(spreads: readonly SampleSpread[]): SampleSpread {
  return [Math.min(...spreads.map(([least]) => least)), Math.max(...spreads.map(([, most]) => most))];
}

/**
 * The range that samples are stretched from: of samples that begin near 0 up to the next power of 2, so that 10, 12 and
 * 14 bits, and 0 to 1, are taken for what they are; else (thermal cameras, temperatures) from the least to the greatest.
 *
 * @returns null for 16 bits that take more than a quarter of their values, and for light that is not above 1
 */
export function rangeOf(kind: SampleKind, [least, greatest]: SampleSpread): SampleRange | null {
  const unit = kind === 'bits' ? 1 : 0;
  if (kind === 'bits' && greatest - least > NARROW) return null;
  if (kind === 'light' && least >= 0 && greatest <= 1) return null;
  if (least < 0 || least > greatest / 2) return [least, greatest > least ? greatest + unit : least + 1];
  if (kind === 'bits' && greatest >= NARROW) return null;
  return [0, 2 ** Math.ceil(Math.log2(Math.max(greatest + unit, unit && 256) || 1))];
}

/** 8 bits of more, in three channels; what is no number becomes 0. */
export function stretchSamples({ channels, data }: DeepSamples, [black, white]: SampleRange): Uint8Array {
  const levels = 256 / (white - black);
  const stretched = Uint8Array.from(data, (sample) =>
    Math.max(0, Math.min(255, Math.floor((sample - black) * levels))),
  );
  if (channels === 3) return stretched;
  const out = new Uint8Array(stretched.length * 3);
  stretched.forEach((level, i) => out.fill(level, 3 * i, 3 * i + 3));
  return out;
}
