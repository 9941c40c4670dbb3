import { extname, relative } from 'node:path';
import { WhitherError } from '../../core/index.ts';
import { inspectPath, isSamePlace, readText } from '../../io/disk/index.ts';
import { listFrames } from '../../io/frames/index.ts';
import { readImage, readImages, writeImage } from '../../io/index.ts';
import { parseMetric } from '../../match/metric/index.ts';
import type { MetricChoice } from '../../match/metric/index.ts';
import {
  loadPatchModel,
  similarities,
  similarity,
  similarityMap,
  verify,
} from '../../match/patches/index.ts';
import type { PatchModel, Similarity, SimilarityOptions, Verification } from '../../match/patches/index.ts';
import { drawHeat } from './draw-heat.ts';
import { checkApart, checkExtension, checkOutputs, createWarnings, formatTable } from '../shared/index.ts';
import type { SimilarityCommandOptions } from './similarity-options.ts';

const warnings = createWarnings();
const READING = { onWarning: warnings.tell };

const IMAGES = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff'];

/** `whither similarity A B`, whichever of its three kinds the inputs and options ask for. */
export async function runSimilarity(
  pathA: string,
  pathB: string,
  options: SimilarityCommandOptions,
): Promise<void> {
  const folder = (await inspectPath(pathB)) === 'folder';
  refuseOptions(options, folder);
  if (options.map) {
    checkExtension(options.map, IMAGES, '--map');
    await checkApart([options.map], [pathA, pathB]);
    await checkOutputs([options.map], options.force ?? false);
  }
  const metric = await openMetric(options.metric);
  await using model = await loadPatchModel(options.model);
  if (options.at) await findPoint(model, pathA, pathB, options);
  else if (folder) await rankFolder(model, pathA, pathB, { metric }, options);
  else await compareImages(model, pathA, pathB, { metric }, options);
}

/** An option that would be passed over in silence is an error instead. */
function refuseOptions(options: SimilarityCommandOptions, folder: boolean): void {
  const { at, map, top, metric, threshold } = options;
  const refused: [boolean, string][] = [
    [map !== undefined && at === undefined, '--at x,y with --map: the point to find'],
    [at !== undefined && folder, 'two images with --at but received a folder'],
    [top !== undefined && !folder, 'a folder with --top but received two images'],
    [threshold !== undefined && (folder || at !== undefined), 'two images alone with --threshold'],
    [at !== undefined && metric !== undefined, 'no --metric with --at, which compares by cosine'],
  ];
  for (const [wrong, wanted] of refused) if (wrong) throw new WhitherError(`Expected ${wanted}`);
}

/** A name, or the metric saved in a file. */
async function openMetric(metric: string | undefined): Promise<MetricChoice | undefined> {
  if (metric === undefined || extname(metric).toLowerCase() !== '.json') return metric as MetricChoice;
  return parseMetric(await readText(metric, 'a metric'), metric);
}

async function compareImages(
  model: PatchModel,
  pathA: string,
  pathB: string,
  how: SimilarityOptions,
  { threshold, json }: SimilarityCommandOptions,
): Promise<void> {
  const [a, b] = await readImages([pathA, pathB], READING);
  const found =
    threshold === undefined ? await similarity(model, a, b, how) : await verify(model, a, b, threshold, how);
  print(json, found, () =>
    formatTable([
      ['score', figure(found.score), 'greater is more alike'],
      ['distance', figure(found.distance), `by ${found.metric}, smaller is more alike`],
      ...verdict(found),
      ['model', found.model, ''],
    ]),
  );
}

function verdict(found: Similarity | Verification): string[][] {
  return 'same' in found ? [['same', found.same ? 'yes' : 'no', `threshold ${found.threshold}`]] : [];
}

async function findPoint(
  model: PatchModel,
  pathA: string,
  pathB: string,
  { at, map, json, force }: SimilarityCommandOptions,
): Promise<void> {
  const [a, b] = await readImages([pathA, pathB], READING);
  const { peak, pixels, model: name } = await similarityMap(model, a, at!, b);
  if (map) await writeImage(map, drawHeat(b, pixels, peak), { overwrite: force });
  const { x, y, score } = peak;
  print(json, { point: at, x, y, score, model: name }, () =>
    formatTable([
      ['place', `${x.toFixed(1)}, ${y.toFixed(1)}`, 'pixels of the second image'],
      ['score', figure(score), 'greater is more alike'],
      ['model', name, ''],
    ]),
  );
}

/** One image of a folder. */
interface RankedImage {
  readonly file: string;
  readonly score: number;
  readonly distance: number;
}

async function rankFolder(
  model: PatchModel,
  query: string,
  folder: string,
  how: SimilarityOptions,
  { top, json }: SimilarityCommandOptions,
): Promise<void> {
  const image = await readImage(query, READING);
  const ranked: RankedImage[] = [];
  for (const file of await listFrames(folder)) {
    // The query itself would always come first.
    if (await isSamePlace(file, query)) continue;
    const { scores, distances } = await similarities(model, [image], [await readImage(file, READING)], how);
    ranked.push({ file: relative(folder, file), score: scores[0], distance: distances[0] });
  }
  ranked.sort((a, b) => a.distance - b.distance);
  const shown = ranked.slice(0, top);
  if (!shown.length)
    throw new WhitherError(`Expected images besides the query in ${folder} but there are none`);
  print(json, { query, folder, model: model.name, images: shown }, () =>
    formatTable([
      ['rank', 'score', 'distance', 'image'],
      ...shown.map(({ file, score, distance }, i) => [String(i + 1), figure(score), figure(distance), file]),
    ]),
  );
}

const figure = (value: number): string => value.toFixed(4);

function print(json: boolean | undefined, value: unknown, table: () => string): void {
  process.stdout.write(
    json ? `${JSON.stringify({ ...(value as object), ...warnings.inJson() }, null, 2)}\n` : table(),
  );
}
