import { checkInteger, checkOptions, checkSignal, FileError } from '../../core/index.ts';
import type { Image, OptionNames } from '../../core/index.ts';
import { readImageOfPixels } from '../../io/image/index.ts';
import { match } from '../../match/pair/index.ts';
import type { PairMatch } from '../../match/pair/index.ts';
import type { SearchResult } from '../store/index.ts';

/** Options of `verifyResults`. */
export interface VerifyResultsOptions {
  /** Images are matched at no more than so many pixels; defaults to 300,000 (640 x 480). */
  readonly maxPixels?: number;
  /** Inliers from which on two images show one scene; defaults to 20. */
  readonly inliers?: number;
  /** Is told of files that cannot be read any more; they are left unverified. */
  readonly onWarning?: (message: string) => void;
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionNames<VerifyResultsOptions> = {
  maxPixels: true,
  inliers: true,
  onWarning: true,
  signal: true,
};

/** A result that was matched with the query. */
export interface VerifiedResult extends SearchResult {
  /** Matches that agree with a homography from the query to this image; 0 where there is none. */
  readonly inliers: number;
  /** The images that were matched and how; absent where the file could not be read. */
  readonly proof?: { readonly image: Image; readonly match: PairMatch };
}

const [MAX_PIXELS, LEAST_INLIERS] = [300_000, 20];

/** Reads an image at the size that it is matched at. */
export const readForMatch = (file: string, maxPixels = MAX_PIXELS): Promise<Image> =>
  readImageOfPixels(file, maxPixels);

/**
 * Matches the query with each result geometrically, and puts those of one scene first: by their inliers where they have
 * `inliers` or more, then the others by their score. One match takes about half a second.
 *
 * @param query the image, at about `maxPixels`
 * @example
 * import { openIndex, searchIndex, verifyResults } from 'whither/search';
 *
 * const index = await openIndex('photos.index');
 * const results = searchIndex(index, index.vector('a.jpg')!, { top: 20, except: 'a.jpg' });
 * const [best] = await verifyResults(imageA, results);
 * console.log(best.file, best.inliers);
 */
export async function verifyResults(
  query: Image,
  results: readonly SearchResult[],
  options: VerifyResultsOptions = {},
): Promise<VerifiedResult[]> {
  checkOptions(options, OPTIONS, 'verifyResults');
  const { maxPixels = MAX_PIXELS, onWarning, signal } = options;
  checkSignal(signal);
  const least = checkInteger(options.inliers ?? LEAST_INLIERS, 'inliers', 4);
  const verified: VerifiedResult[] = [];
  for (const result of results) {
    const image = await readForMatch(result.file, maxPixels).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
      onWarning?.(error.message);
    });
    verified.push(image ? await verifyOne(query, image, result, signal) : { ...result, inliers: 0 });
  }
  const sure = (result: VerifiedResult): number => (result.inliers >= least ? result.inliers : 0);
  return verified.sort((a, b) => sure(b) - sure(a) || b.score - a.score);
}

async function verifyOne(
  query: Image,
  image: Image,
  result: SearchResult,
  signal: AbortSignal | undefined,
): Promise<VerifiedResult> {
  const found = await match(query, image, { simulate: 'never', features: { count: 1500 }, signal });
  return { ...result, inliers: found.matrix ? found.inlierCount : 0, proof: { image, match: found } };
}
