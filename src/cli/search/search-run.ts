import type { Image } from '../../core/index.ts';
import { isSamePlace } from '../../io/disk/index.ts';
import { readImageOfPixels, writeImage } from '../../io/image/index.ts';
import { describeImage, loadGlobalModel, openIndex, searchIndex, verifyResults } from '../../find/index.ts';
import type { PhotoIndex, SearchResult, VerifiedResult } from '../../find/index.ts';
import { checkApart, checkExtension, checkOutputs, createWarnings, formatTable } from '../shared/index.ts';
import { drawSheet } from './draw-sheet.ts';
import type { SearchCommandOptions } from './search-options.ts';

const SHEETS = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'];
/** Pixels that the query is decoded to: as many as results are matched at. */
const QUERY_PIXELS = 300_000;

/** `whither search QUERY --index INDEX`. */
export async function runSearch(path: string, options: SearchCommandOptions): Promise<void> {
  const { sheet, force, verify } = options;
  if (sheet !== undefined) {
    checkExtension(sheet, SHEETS, '--sheet');
    await checkOutputs([sheet], force ?? false);
    await checkApart([sheet], [path, options.index]);
  }
  const warnings = createWarnings();
  const query = await readImageOfPixels(path, QUERY_PIXELS, { onWarning: warnings.tell });
  const found = await search(query, path, options);
  const results: readonly (SearchResult | VerifiedResult)[] = verify
    ? await verifyResults(query, found, { onWarning: warnings.tell })
    : found;
  if (sheet !== undefined)
    await writeImage(sheet, await drawSheet(query, results, warnings.tell), { overwrite: force });
  print(path, results, options);
}

async function search(query: Image, path: string, options: SearchCommandOptions): Promise<SearchResult[]> {
  const model = await loadGlobalModel();
  try {
    await using index = await openIndex(options.index);
    const vector = await describeImage(model, query);
    const except = await ownName(index, path);
    return searchIndex(index, vector, { top: options.top, except, expand: options.expand ? 3 : 0 });
  } finally {
    await model.dispose();
  }
}

/** What the index calls the query, should it be in it. */
async function ownName(index: PhotoIndex, path: string): Promise<string | undefined> {
  if (index.get(path)) return path;
  const name = (file: string): string =>
    file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  for (const { file } of index.files())
    if (name(file) === name(path) && (await isSamePlace(file, path))) return file;
  return undefined;
}

const inliersOf = (result: SearchResult | VerifiedResult): number | undefined =>
  'inliers' in result ? result.inliers : undefined;

function print(
  query: string,
  results: readonly (SearchResult | VerifiedResult)[],
  { json }: SearchCommandOptions,
): void {
  if (json) {
    const list = results.map((result) => ({
      file: result.file,
      score: Number(result.score.toFixed(4)),
      inliers: inliersOf(result),
    }));
    process.stdout.write(`${JSON.stringify({ query, results: list }, null, 2)}\n`);
    return;
  }
  if (!results.length) return;
  process.stdout.write(
    formatTable(
      results.map((result) => {
        const inliers = inliersOf(result);
        return [
          result.score.toFixed(3),
          ...(inliers === undefined ? [] : [`${inliers} inliers`]),
          result.file,
        ];
      }),
    ),
  );
}
