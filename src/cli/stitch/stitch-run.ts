import { basename, extname, join } from 'node:path';
import { FileError, WhitherError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { atomicWrite, readMask, writeImage } from '../../io/index.ts';
import { inspectPath, listFolder, makeFolder, readText } from '../../io/disk/index.ts';
import { listFrames as listImages } from '../../io/frames/index.ts';
import {
  createTiledImage,
  findSampleRanges,
  readImageInfo,
  readImageOfPixels,
} from '../../io/image/index.ts';
import type { SampleRanges } from '../../io/image/index.ts';
import type {
  ImageSource,
  LeftOut,
  OpenSink,
  StageName,
  StitchOptions,
  PanoramaReport,
  StitchReport,
  Stitched,
  Transforms,
} from '../../stitch/index.ts';
import {
  NothingFitsError,
  UNREADABLE_ADVICE,
  parseTransforms,
  sphereXmp,
  stitch,
} from '../../stitch/index.ts';
import type { FlowBetween } from '../../stitch/seams/index.ts';
import { DEFAULT_MODEL } from '../flow/index.ts';
import {
  checkApart,
  checkExtension,
  checkOutputs,
  collectGarbage,
  createWarnings,
  guardInterrupts,
  startProgress,
} from '../shared/index.ts';
import type { InterruptGuard, Progress, Warnings } from '../shared/index.ts';
import type { StitchCommandOptions } from './stitch-options.ts';
import { chooseMasks, readUsable } from './stitch-masks.ts';
import type { MaskChoice } from './stitch-masks.ts';
import { keepSphere, projectionOf, sphereOutputs } from './stitch-sphere.ts';
import { openVideoSources } from './stitch-video.ts';
import type { VideoSetting } from './stitch-video.ts';

const WITH_ALPHA = ['.png', '.tif', '.tiff', '.webp'];
const IMAGES = ['.jpg', '.jpeg', ...WITH_ALPHA];
/** The exit code where images were left out of the panoramas that were made. */
const SOME_LEFT_OUT = 2;

/** `whither stitch`: reads, stitches, writes, and tells. */
export async function stitchFiles(inputs: readonly string[], options: StitchCommandOptions): Promise<void> {
  await checkStitchOptions(inputs, options);
  const transforms = options.transforms ? await readTransforms(options.transforms) : undefined;
  const warnings = createWarnings();
  const guard = guardInterrupts();
  const stages = showStages(guard);
  const { openSink, finish } = keepSphere(openOutputs(options), options);
  let aligner: Aligner | undefined;
  let skipped: readonly LeftOut[] = [];
  try {
    const { sources, unreadable, pairs } = await openInputs(inputs, options, { transforms, guard, warnings });
    skipped = unreadable;
    tellUnreadable(unreadable);
    const stageImages = options.verboseDir ? await openStageImages(options.verboseDir, options) : undefined;
    aligner = options.align === 'flow' ? await openAligner() : undefined;
    const stitched = await stitch(sources, {
      ...settingsOf(options, transforms),
      pairs,
      align: aligner?.align,
      onProgress(stage, done, total) {
        // Before it the images that were read to be matched, after it the small ones that seams were found on.
        if (stage === 'seam') collectGarbage();
        stages.step(stage, done, total);
      },
      onImage: stageImages,
      openSink,
    });
    stages.stop();
    await finish();
    const report = { ...completeReport(stitched, unreadable, options.output), ...warnings.inJson() };
    if (stageImages) await showOutputs(report, stageImages);
    await writeReports(report, stitched, options);
    tell(report);
  } catch (error) {
    if (error instanceof NothingFitsError) {
      const { report } = error;
      await writeReport({ ...report, leftOut: [...skipped, ...report.leftOut] }, options);
    }
    throw error;
  } finally {
    stages.stop();
    guard.dispose();
    await aligner?.dispose();
  }
}

/** One file a panorama, which says what part of a sphere it shows. */
const openOutputs =
  ({ output, force, background }: StitchCommandOptions): OpenSink =>
  (index, width, height, { sphere }) =>
    createTiledImage(outputName(output, index), width, height, {
      overwrite: force,
      alpha: background === 'transparent',
      xmp: sphere && sphereXmp(sphere),
    });

interface Aligner {
  readonly align: FlowBetween;
  dispose(): Promise<void>;
}

/** Flow by the default model; loaded only when asked for. */
async function openAligner(): Promise<Aligner> {
  const [{ loadFlowModel }, { estimateFlow }] = await Promise.all([
    import('../../flow/network/index.ts'),
    import('../../flow/estimate/index.ts'),
  ]);
  const model = await loadFlowModel(DEFAULT_MODEL);
  return {
    align: (imageA, imageB) => estimateFlow(model, imageA, imageB, { both: true }),
    dispose: () => model.dispose(),
  };
}

/** pano.jpg, then pano-2.jpg, pano-3.jpg and so on. */
export function outputName(output: string, index: number): string {
  if (index === 0) return output;
  const extension = extname(output);
  return `${output.slice(0, -extension.length)}-${index + 1}${extension}`;
}

async function checkStitchOptions(inputs: readonly string[], options: StitchCommandOptions): Promise<void> {
  const { output, report, saveTransforms, force = false } = options;
  if (!inputs.length) throw new WhitherError('Expected two or more images, or one video, but received none');
  checkExtensions(options);
  for (const name of ['projection', 'model', 'order', 'pairs', 'yaw', 'pitch', 'roll'] as const)
    if (options.transforms && options[name] !== undefined)
      throw new WhitherError(`Expected no --${name} with --transforms, which say it: leave one of them out`);
  const most = options.transforms || inputs.length === 1 ? 1 : Math.floor(inputs.length / 2);
  const panoramas = Array.from({ length: most }, (_, index) => outputName(output, index));
  const others = [report, saveTransforms, ...sphereOutputs(options)];
  const files = [...panoramas, ...others].filter((path) => path !== undefined);
  await checkApart(files, inputs);
  await checkOutputs(files, force);
  await checkStageFolder(options);
}

function checkExtensions(options: StitchCommandOptions): void {
  const { output, background, cube, littlePlanet, report, saveTransforms } = options;
  const check = (
    paths: Readonly<Record<string, string | undefined>>,
    extensions: readonly string[],
  ): void => {
    for (const [name, path] of Object.entries(paths)) if (path) checkExtension(path, extensions, name);
  };
  if (background === 'transparent') check({ '-o with --background transparent': output }, WITH_ALPHA);
  check({ '-o': output, '--cube': cube, '--little-planet': littlePlanet }, IMAGES);
  check({ '--report': report, '--save-transforms': saveTransforms }, ['.json']);
}

async function checkStageFolder({ verboseDir, force }: StitchCommandOptions): Promise<void> {
  if (!verboseDir || force || (await inspectPath(verboseDir)) !== 'folder') return;
  const found = (await listFolder(verboseDir)).find((name) => /^\d\d-.*\.png$/.test(name));
  if (found)
    throw new FileError(
      `Expected a folder without images of stages but ${verboseDir} has ${found}: name another, or add --force`,
    );
}

async function readTransforms(path: string): Promise<Transforms> {
  const text = await readText(path, 'transforms');
  try {
    return parseTransforms(JSON.parse(text));
  } catch (error) {
    throw new FileError(`Expected transforms in ${path} but: ${(error as Error).message}`, { cause: error });
  }
}

/** From so many numbered files on, a folder holds the frames of a video. */
const FRAMES = 25;

/** The images of a folder, all of which are stitched; undefined where it holds frames, or is none. */
async function stillsOf(path: string): Promise<readonly string[] | undefined> {
  if ((await inspectPath(path)) !== 'folder') return undefined;
  const images = await listImages(path);
  const stems = new Set(images.map((file) => basename(file).replace(/\d+(?=\.\w+$)/, '#')));
  return images.length < 2 || (stems.size === 1 && images.length >= FRAMES) ? undefined : images;
}

/** What is stitched: images, those of a folder, or frames of a video, and the pairs of them that are compared. */
async function openInputs(
  inputs: readonly string[],
  options: StitchCommandOptions,
  video: VideoSetting,
): Promise<Inputs & Pick<StitchOptions, 'pairs'>> {
  const stills = inputs.length === 1 ? await stillsOf(inputs[0]) : inputs;
  const masks = chooseMasks(options.mask ?? [], stills ?? inputs);
  const opened = stills
    ? await openSources(stills, masks, video.warnings)
    : { sources: await openVideo(inputs[0], masks, video), unreadable: [] };
  const names = stills ?? opened.sources.map(({ name }) => name);
  return { ...opened, pairs: options.pairs && pairsOf(options.pairs, names, opened.sources) };
}

/** Images to be read when needed, and the files that are none. */
interface Inputs {
  readonly sources: readonly ImageSource[];
  readonly unreadable: readonly LeftOut[];
}

/** The frames of a video that are needed, all with one mask. */
async function openVideo(path: string, { common }: MaskChoice, video: VideoSetting): Promise<ImageSource[]> {
  const mask = common === undefined ? undefined : await readMask(common);
  return (await openVideoSources(path, video)).map((source) => ({ ...source, mask }));
}

/** Images to be read when needed, and the files that are none. */
async function openSources(
  inputs: readonly string[],
  masks: MaskChoice,
  warnings: Warnings,
): Promise<{ sources: ImageSource[]; unreadable: LeftOut[] }> {
  const [sources, unreadable]: [ImageSource[], LeftOut[]] = [[], []];
  const deep: string[] = [];
  let ranges: Promise<SampleRanges> | undefined;
  // One stretch for all, decided when the first image with more than 8 bits is read.
  const rangesOfAll = (): Promise<SampleRanges> => (ranges ??= findSampleRanges(deep));
  for (const path of inputs) {
    try {
      const { deep: isDeep, hasAlpha, ...info } = await readImageInfo(path);
      if (isDeep) deep.push(path);
      const mask = await readUsable(path, hasAlpha, masks);
      const reading = { onWarning: warnings.tell };
      const load = async (maxPixels = Infinity): Promise<Image> => {
        const sampleRanges = isDeep ? await rangesOfAll() : undefined;
        const large = info.width * info.height > 1.2 * maxPixels;
        return readImageOfPixels(path, large ? maxPixels : Infinity, { ...reading, sampleRanges });
      };
      sources.push({ name: path, ...info, mask, load });
    } catch (error) {
      if (!(error instanceof WhitherError)) throw error;
      unreadable.push({ file: path, reason: error.message, advice: UNREADABLE_ADVICE });
    }
  }
  if (sources.length < 2) {
    const reasons = unreadable.map(({ reason }) => reason).join('; ');
    throw new FileError(`Expected two or more readable images but received ${sources.length}: ${reasons}`);
  }
  return { sources, unreadable };
}

function settingsOf(options: StitchCommandOptions, transforms: Transforms | undefined): StitchOptions {
  const {
    model,
    lens,
    order,
    crop,
    scale,
    maxMegapixels,
    exposure,
    seams,
    blend,
    background,
    yaw,
    pitch,
    roll,
  } = options;
  const projection = projectionOf(options);
  const look = { projection, yaw, pitch, roll, crop, scale, maxMegapixels, background };
  return { ...look, model, lens, order, exposure, seams, blend, transforms };
}

/** Pairs of inputs, counted from 1, as places in the list of those that can be read. */
function pairsOf(
  pairs: readonly (readonly [number, number])[],
  names: readonly string[],
  sources: readonly ImageSource[],
): [number, number][] {
  const placeOf = (number: number): number => {
    if (number <= names.length) return sources.findIndex(({ name }) => name === names[number - 1]);
    throw new WhitherError(
      `Expected numbers of images up to ${names.length} for --pairs but received ${number}`,
    );
  };
  return pairs
    .map(([a, b]): [number, number] => [placeOf(a), placeOf(b)])
    .filter(([a, b]) => a >= 0 && b >= 0);
}

const STAGES: Readonly<Record<StageName, string>> = {
  read: 'finding points',
  match: 'matching pairs',
  place: 'placing cameras',
  seam: 'finding seams',
  align: 'aligning at seams',
  compose: 'composing',
};

/** One progress bar a stage. */
function showStages(guard: InterruptGuard): { step: NonNullable<StitchOptions['onProgress']>; stop(): void } {
  let bar: Progress | undefined;
  let current: StageName | undefined;
  return {
    step(stage, done, total) {
      guard.check();
      if (stage !== current) {
        bar?.stop();
        bar = startProgress(STAGES[stage], total);
        current = stage;
      }
      if (done > 0) bar?.step();
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** Writes 01-keypoints.png and so on. */
async function openStageImages(
  folder: string,
  { force }: StitchCommandOptions,
): Promise<(name: string, image: Image) => Promise<void>> {
  await makeFolder(folder);
  let count = 0;
  return async (name, image) => {
    const number = String(++count).padStart(2, '0');
    await writeImage(join(folder, `${number}-${name}.png`), image, { overwrite: force });
  };
}

const MOST_SHOWN = 2e6;

async function showOutputs(
  report: StitchReport,
  show: (name: string, image: Image) => Promise<void>,
): Promise<void> {
  for (const { output } of report.panoramas)
    if (output) await show('blended', await readImageOfPixels(output, MOST_SHOWN));
}

function completeReport({ report }: Stitched, unreadable: readonly LeftOut[], output: string): StitchReport {
  return {
    ...report,
    panoramas: report.panoramas.map((panorama, i) => ({ output: outputName(output, i), ...panorama })),
    leftOut: [...unreadable, ...report.leftOut],
  };
}

/** The report, and for `stitch_sets.py` and such the images of the first panorama at its top level. */
async function writeReports(
  report: StitchReport,
  { panoramas }: Stitched,
  options: StitchCommandOptions,
): Promise<void> {
  await writeReport(report, options);
  const { saveTransforms, force } = options;
  if (saveTransforms)
    await atomicWrite(saveTransforms, asJson(panoramas[0].transforms), { overwrite: force });
}

/** The report, if asked for; where there is no panorama it says why. */
async function writeReport(
  report: StitchReport,
  { report: path, force }: StitchCommandOptions,
): Promise<void> {
  const images = report.panoramas[0]?.images ?? [];
  if (path) await atomicWrite(path, asJson({ images, ...report }), { overwrite: force });
}

const asJson = (value: object): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

function tellUnreadable(unreadable: readonly LeftOut[]): void {
  for (const { file, reason } of unreadable) process.stderr.write(`skipped ${file}: ${reason}\n`);
}

/** A line about the lens, or nothing where it distorts nothing. */
function lensInWords({ distortion, images: [{ k1 }] }: PanoramaReport): string {
  if (!distortion) return '';
  const kind = distortion < 0 ? 'barrel' : 'pincushion';
  const coefficient = k1 === undefined ? `distortion ${distortion.toFixed(4)}` : `k1 ${k1.toFixed(3)}`;
  return `  lens: a ${kind} of ${coefficient}, found from the pairs and taken out\n`;
}

function tell({ inputs, panoramas, leftOut }: StitchReport): void {
  for (const panorama of panoramas) {
    const { output, images, width, height, model, explanation, projection, projectionReason } = panorama;
    process.stderr.write(
      `${output}: ${images.length} of ${inputs.length} images, ${width} x ${height}\n` +
        `  ${model}: ${explanation}\n${lensInWords(panorama)}  ${projection}: ${projectionReason}\n`,
    );
  }
  for (const { file, reason, advice } of leftOut)
    process.stderr.write(`left out ${file}: ${reason}\n  ${advice}\n`);
  if (leftOut.length) process.exitCode = SOME_LEFT_OUT;
}
