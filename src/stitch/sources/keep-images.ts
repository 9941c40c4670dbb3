import type { Image } from '../../core/index.ts';
import type { ImageSource } from '../types.ts';

/** How large images are read, and how many are held. */
export interface SourceOptions {
  /**
   * Width and height of the panorama, as a part of those at full resolution, above 0 to 1.
   *
   * @default 1
   */
  readonly scale?: number;
  /** Images are matched at most at this size, in millions of pixels; defaults to 0.5. */
  readonly matchMegapixels?: number;
  /** Bytes of full images kept in memory while the panorama is composed; defaults to 300 million. */
  readonly cacheBytes?: number;
}

/** Bytes of images that are kept from the first look at them on. */
const MOST_KEPT = 50e6;

/** The same sources, each read once for all of its uses, where all images together are small. */
export function keepImages(sources: readonly ImageSource[], options: SourceOptions): readonly ImageSource[] {
  const { cacheBytes = 300e6, matchMegapixels = MATCH_MEGAPIXELS } = options;
  const pixelsOf = (source: ImageSource): number =>
    Math.max(neededPixels(source, options), Math.round(matchMegapixels * 1e6));
  const bytes = sources.reduce((sum, source) => sum + 3.3 * neededPixels(source, options), 0);
  if (bytes > Math.min(cacheBytes, MOST_KEPT)) return sources;
  return sources.map((source) => keepImage(source, pixelsOf(source)));
}

function keepImage(source: ImageSource, pixels: number): ImageSource {
  let held: Promise<Image> | undefined;
  return { ...source, load: () => (held ??= source.load(pixels)) };
}

/** Images are matched at most at this size, in millions of pixels, by default. */
export const MATCH_MEGAPIXELS = 0.5;

/** What composing asks of an image: it is read smaller where the panorama is. */
export const neededPixels = ({ width, height }: ImageSource, { scale = 1 }: SourceOptions): number =>
  Math.ceil(width * height * Math.min(1, (1.3 * scale) ** 2));
