import {
  WhitherError,
  checkAborted,
  checkColor,
  checkOptions,
  checkSignal,
  pickOptions,
} from '../core/index.ts';
import type { Image, Mask } from '../core/index.ts';
import { buildPanorama } from './build-panorama.ts';
import type { BuiltPanorama, PanoramaParts } from './build-panorama.ts';
import { explainLeftOut } from './explain.ts';
import { asSources, keepImages, maskSource } from './sources/index.ts';
import { createMemorySink } from './compose/index.ts';
import type { MemorySink } from './compose/index.ts';
import { STITCH_OPTIONS } from './options.ts';
import type { OpenSink, StitchOptions } from './options.ts';
import type { Oriented } from './canvas/index.ts';
import { drawGraph, drawPairs, drawPoints } from './draw-stages.ts';
import { REGISTER_OPTIONS, THUMBNAIL_PIXELS, readView, register } from './register/index.ts';
import type { RegisterOptions, Registered, Registration } from './register/index.ts';
import { tidy } from './report.ts';
import type { LeftOut, PairReport, StitchReport } from './report.ts';
import { checkFits } from './transforms.ts';
import type { Transforms } from './transforms.ts';
import type { ImageSource } from './types.ts';

/** A finished panorama. */
export interface Panorama extends BuiltPanorama {
  /** The image; absent where `openSink` took it. */
  readonly image?: Image;
  /** 1 where an image covers it; present with a transparent `background`, where `image` is. */
  readonly covered?: Mask;
}

/** What came of the images. */
export interface Stitched {
  /** One for each group of images that belong together, those of more images first. */
  readonly panoramas: readonly Panorama[];
  /** What was done and why, and which images were left out. */
  readonly report: StitchReport;
}

/**
 * Stitches overlapping images, given in any order, into one panorama, or several where they show several scenes.
 *
 * Images are matched in pairs and the sure pairs kept; each group that these hold together gets the camera model
 * that the evidence asks for, is turned upright, made equally bright, cut along the least visible seams and blended.
 * The same input gives the same output.
 *
 * @param images images in memory, or sources that are read when needed (then memory stays bounded)
 * @throws {NothingFitsError} where no two images belong together
 * @throws {WhitherError} where there are fewer than two images, or a panorama would be larger than `maxMegapixels`; the
 *   reason of `signal` once that is aborted
 * @example
 * import { stitch, writeImage } from 'whither';
 *
 * const { panoramas, report } = await stitch([imageA, imageB, imageC], { projection: 'cylindrical' });
 * for (const { image } of panoramas) if (image) await writeImage('panorama.jpg', image);
 * for (const { file, reason } of report.leftOut) console.log(`left out ${file}: ${reason}`);
 */
export async function stitch(
  images: readonly (Image | ImageSource)[],
  options: StitchOptions = {},
): Promise<Stitched> {
  checkOptions(options, STITCH_OPTIONS, 'stitch');
  checkSignal(options.signal);
  if (options.background && options.background !== 'transparent')
    checkColor(options.background, 'background');
  const sources = keepImages(asSources(images, options.masks).map(maskSource), options);
  if (options.transforms) return reuse(sources, options.transforms, options);
  const registration = await register(sources, pickOptions<RegisterOptions>(options, REGISTER_OPTIONS));
  await showRegistration(registration, options);
  const leftOut = leftOutOf(registration);
  if (!registration.components.length)
    throw new NothingFitsError(leftOut, reportOf(registration, [], leftOut));
  const panoramas: Panorama[] = [];
  for (const [index, component] of registration.components.entries())
    panoramas.push(await build(partsOf(index, component, registration), options));
  return { panoramas, report: reportOf(registration, panoramas, leftOut) };
}

/** Into the caller's sink, or into memory. */
async function build(parts: PanoramaParts, options: StitchOptions): Promise<Panorama> {
  let memory: MemorySink | undefined;
  const toMemory: OpenSink = (_, width, height) =>
    Promise.resolve((memory = createMemorySink(width, height)));
  const built = await buildPanorama(parts, options, options.openSink ?? toMemory);
  if (memory) await options.onImage?.('panorama', memory.image);
  return { ...built, image: memory?.image, covered: memory?.covered };
}

function partsOf(index: number, { choice }: Registered, { views, sources }: Registration): PanoramaParts {
  const { placement, explanation, errors, focal, zoomed } = choice;
  const modelErrors = Object.fromEntries(Object.entries(errors).map(([model, rms]) => [model, tidy(rms)]));
  const focalSource = focal && `${FOCAL_WORDS[focal.source]}${zoomed ? ', one for each image' : ''}`;
  return {
    index,
    sources: placement.views.map((v) => sources[v]),
    thumbnails: placement.views.map((v) => views[v].thumbnail),
    placement,
    evidence: { explanation, modelErrors, focalSource },
  };
}

/** What to do about a file that is no image. */
export const UNREADABLE_ADVICE = 'give an undamaged image, or leave it out';

const FOCAL_WORDS = {
  pairs: 'found from the pairs',
  camera: 'as the camera noted, the pairs agreeing with many',
  assumed: 'assumed, the pairs agreeing with many and the camera having noted none',
} as const;

/** The cameras of an earlier run on other images. */
async function reuse(
  sources: readonly ImageSource[],
  transforms: Transforms,
  options: StitchOptions,
): Promise<Stitched> {
  checkFits(transforms, sources);
  const thumbnails: Image[] = [];
  for (const [i, source] of sources.entries()) {
    await checkAborted(options.signal);
    thumbnails.push((await readView(source, i, THUMBNAIL_PIXELS)).thumbnail);
    options.onProgress?.('read', i + 1, sources.length);
  }
  const { model, images, projection, upright, scale } = transforms;
  const focals = images.map(({ focal }) => focal);
  const matrices = images.map(({ homographyToPanorama }) => homographyToPanorama);
  const oriented: Oriented = {
    matrices,
    projection,
    projectionReason: 'as the transforms say',
    upright,
    scale,
  };
  const parts: PanoramaParts = {
    index: 0,
    sources,
    thumbnails,
    placement: {
      model,
      views: sources.map((_, i) => i),
      matrices,
      focals: focals.every((f) => f !== undefined) ? (focals as number[]) : undefined,
      distortion: transforms.distortion,
    },
    evidence: { explanation: 'cameras of an earlier run', modelErrors: {} },
    oriented,
  };
  const panorama = await build(parts, options);
  const inputs = sources.map(({ name, width, height }) => ({ file: name, width, height, keypoints: 0 }));
  return { panoramas: [panorama], report: { inputs, pairs: [], panoramas: [panorama.report], leftOut: [] } };
}

async function showRegistration({ views, pairs }: Registration, { onImage }: StitchOptions): Promise<void> {
  if (!onImage) return;
  const [plain, thumbnails] = [views.map(({ view }) => view), views.map(({ thumbnail }) => thumbnail)];
  await onImage('keypoints', drawPoints(plain, thumbnails, pairs));
  await onImage('matches', drawPairs(plain, thumbnails, pairs));
  await onImage('graph', drawGraph(thumbnails, pairs));
}

function leftOutOf({ views, pairs, alone, unreadable }: Registration): LeftOut[] {
  const names = views.map(({ view }) => view.name);
  const damaged = unreadable.map(({ name, reason }) => ({ file: name, reason, advice: UNREADABLE_ADVICE }));
  return [...damaged, ...alone.map((i) => explainLeftOut(views[i].view, views[i].keypoints, pairs, names))];
}

/** No two of the images belong together; `report` says what was tried. */
export class NothingFitsError extends WhitherError {
  readonly report: StitchReport;

  constructor(leftOut: readonly LeftOut[], report: StitchReport) {
    const reasons = leftOut.map(({ file, reason, advice }) => `${file}: ${reason} (${advice})`);
    super(`Expected images that overlap but no two of these do: ${reasons.join('; ')}`);
    this.report = report;
  }
}

function reportOf(
  { views, pairs, components }: Registration,
  panoramas: readonly Panorama[],
  leftOut: readonly LeftOut[],
): StitchReport {
  const errors = new Map(
    components.flatMap(({ pairs: own, choice }) => own.map((p, k) => [p, choice.pairErrors[k]])),
  );
  const names = views.map(({ view }) => view.name);
  return {
    inputs: views.map(({ view: { name, width, height }, keypoints }) => ({
      file: name,
      width,
      height,
      keypoints,
    })),
    pairs: pairs.map((pair): PairReport => {
      const error = errors.get(pair);
      return {
        a: names[pair.a],
        b: names[pair.b],
        matches: pair.matches.scores.length,
        inliers: pair.inliers.scores.length,
        overlapMatches: pair.overlapMatches,
        overlap: tidy(pair.overlap),
        verified: pair.verified,
        reason: pair.reason,
        error: error === undefined ? undefined : tidy(error),
      };
    }),
    panoramas: panoramas.map(({ report }) => report),
    leftOut,
  };
}
