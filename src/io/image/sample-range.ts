/** Black and white of 16-bit samples. */
export type SampleRange = readonly [black: number, white: number];

/** Share of the samples at either end that do not count: dead pixels and glints. */
const ENDS = 0.001;
/** A range wider than this has a use for the upper 8 bits. */
const NARROW = 2 ** 14;

/**
 * The range that 16-bit samples are stretched from, where they take a quarter of all values or less: of samples that begin
 * near 0 that of as many bits as they need, so that 10, 12 and 14 bits are taken for what they are, and else (thermal
 * cameras) from the least to the greatest, a thousandth at either end apart.
 *
 * @returns undefined where they take more
 */
export function narrowRange(samples: Uint16Array): SampleRange | undefined {
  const counts = new Uint32Array(65536);
  for (const sample of samples) counts[sample]++;
  const least = rankOf(counts, Math.floor(ENDS * samples.length));
  const greatest = rankOf(counts, Math.ceil((1 - ENDS) * samples.length) - 1);
  if (greatest - least > NARROW) return undefined;
  if (least > greatest / 2) return [least, Math.max(greatest, least + 1)];
  return greatest < NARROW ? [0, 2 ** Math.max(8, 32 - Math.clz32(greatest)) - 1] : undefined;
}

/** The sample at a place of the sorted ones. */
function rankOf(counts: Uint32Array, rank: number): number {
  let sample = 0;
  for (let below = counts[0]; below <= rank; below += counts[sample]) sample++;
  return sample;
}

/** 8 bits of 16, black to white stretched to 0 to 255. */
export function stretchSamples(samples: Uint16Array, [black, white]: SampleRange): Uint8Array {
  const levels = 256 / (white - black + 1);
  return Uint8Array.from(samples, (sample) =>
    Math.max(0, Math.min(255, Math.floor((sample - black) * levels))),
  );
}
