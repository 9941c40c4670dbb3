import { FileError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { besides } from '../../draw/index.ts';
import { fitImage, readImageOfPixels } from '../../io/image/index.ts';
import { drawMatches } from '../../match/pair/index.ts';
import type { SearchResult, VerifiedResult } from '../../find/index.ts';

/** Pixels of the longer side of a row, between rows, and of an image that was not matched. */
const [ROW, GAP, PLAIN_PIXELS] = [1200, 8, 300_000];
const BACKGROUND = 24;

/** The query beside each result, one below the other, with the matches that agree where they were verified. */
export async function drawSheet(
  query: Image,
  results: readonly (SearchResult | VerifiedResult)[],
  tell: (warning: string) => void,
): Promise<Image> {
  const rows: Image[] = [];
  for (const result of results) {
    const row = await drawRow(query, result, tell);
    if (row) rows.push(await fitImage(row, ROW));
  }
  return stack(rows.length ? rows : [query]);
}

async function drawRow(
  query: Image,
  result: SearchResult | VerifiedResult,
  tell: (warning: string) => void,
): Promise<Image | undefined> {
  if ('proof' in result && result.proof) {
    const { image, match } = result.proof;
    const { correspondences, inliers, homography } = match;
    if (result.inliers) return drawMatches(query, image, correspondences, { inliers, homography });
    return besides(query, image, GAP);
  }
  try {
    return besides(query, await readImageOfPixels(result.file, PLAIN_PIXELS), GAP);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    tell(error.message);
    return undefined;
  }
}

/** Images one below the other. */
function stack(images: readonly Image[]): Image {
  const width = Math.max(...images.map((image) => image.width));
  const height = images.reduce((sum, image) => sum + image.height + GAP, -GAP);
  const data = new Uint8Array(3 * width * height).fill(BACKGROUND);
  let top = 0;
  for (const image of images) {
    for (let y = 0; y < image.height; y++)
      data.set(image.data.subarray(3 * y * image.width, 3 * (y + 1) * image.width), 3 * (top + y) * width);
    top += image.height + GAP;
  }
  return { width, height, data };
}
