import { WhitherError, checkAborted } from '../core/index.ts';
import type { Image, Matrix3, Size } from '../core/index.ts';
import { alignViews } from './seams/index.ts';
import type { Alignment } from './seams/index.ts';
import { composePanorama, tilePixels, tilesOf } from './compose/index.ts';
import type { ComposedTile } from './compose/index.ts';
import { lensUnit } from './lens/index.ts';
import type { LensSize } from './lens/index.ts';
import { neededPixels } from './sources/index.ts';
import {
  cropCanvas,
  largestRectangle,
  layOut,
  orientPanorama,
  prepareMask,
  shrinkMask,
} from './canvas/index.ts';
import type { PanoramaCanvas, Oriented } from './canvas/index.ts';
import type { OpenSink, StitchOptions } from './options.ts';
import { drawSeams, drawWarped } from './draw-stages.ts';
import { prepareSeams } from './prepare-seams.ts';
import type { SeamPlan } from './prepare-seams.ts';
import { transform3 } from './cameras/index.ts';
import type { PanoramaReport } from './report.ts';
import { tidy } from './report.ts';
import { transformsOf } from './transforms.ts';
import type { Transforms } from './transforms.ts';
import type { ImageSource, Placement } from './types.ts';
import type { Rectangle } from './types.ts';
import { sphereAreaOf } from './sphere/index.ts';
import type { Tint } from './types.ts';

/** What a panorama is made of: images, small copies of them, and where they go. */
export interface PanoramaParts {
  /** Number of the panorama, from 0. */
  readonly index: number;
  readonly sources: readonly ImageSource[];
  readonly thumbnails: readonly Image[];
  /** By places in `sources`. */
  readonly placement: Placement;
  /** How it was found. */
  readonly evidence: Pick<PanoramaReport, 'explanation' | 'modelErrors' | 'focalSource'>;
  /** How it is shown, where that is settled; else it is turned upright and shown as fits. */
  readonly oriented?: Oriented;
}

/** A panorama and what its report says. */
export interface BuiltPanorama {
  readonly report: PanoramaReport;
  readonly transforms: Transforms;
}

/** Orientation, canvas, exposure, seams, crop, and at last the pixels, into `openSink`'s sink. */
export async function buildPanorama(
  parts: PanoramaParts,
  options: StitchOptions,
  openSink: OpenSink,
): Promise<BuiltPanorama> {
  const { index, sources, thumbnails, placement } = parts;
  const names = sources.map(({ name }) => name);
  const sizes = lensSizes(parts);
  const oriented = parts.oriented ?? orientPanorama(placement, sizes, names, options);
  const whole = withMasks(
    layOut(
      oriented.projection,
      oriented.matrices,
      sizes,
      oriented.scale * outputScale(options),
      oriented.upright,
    ),
    sources,
  );
  checkSize(whole, options);
  await checkAborted(options.signal);
  options.onProgress?.('seam', 0, 1);
  const plan = prepareSeams(whole, thumbnails, layingOrder(whole), options);
  const load = (v: number): Promise<Image> => sources[v].load(neededPixels(sources[v], options));
  options.onProgress?.('seam', 1, 1);
  await showPlan(plan, options);
  const crop = options.crop ? findCrop(plan, whole) : undefined;
  await checkAborted(options.signal);
  const alignment = await alignPlan(plan, names, options);
  const canvas = { ...(crop ? cropCanvas(whole, crop) : whole), bends: alignment?.bends };
  await checkAborted(options.signal);
  const sphere = placement.model === 'rotation' ? sphereAreaOf(canvas) : undefined;
  const sink = await openSink(index, canvas.width, canvas.height, { sphere });
  try {
    for await (const { area, data, covered } of composeAll(canvas, plan, load, options)) {
      await checkAborted(options.signal);
      await sink.write(area, data, options.background === 'transparent' ? covered : undefined);
    }
    await checkAborted(options.signal);
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
  const report = { ...reportOf(parts, oriented, canvas, plan, crop), sphere, alignment: alignment?.report };
  return { report, transforms: transformsOf(report, oriented.upright, tidy(oriented.scale)) };
}

function withMasks(canvas: PanoramaCanvas, sources: readonly ImageSource[]): PanoramaCanvas {
  if (!sources.some(({ mask }) => mask)) return canvas;
  return { ...canvas, masks: sources.map(({ mask }) => mask && prepareMask(mask)) };
}

const lensSizes = ({ sources, placement: { distortion } }: PanoramaParts): LensSize[] =>
  sources.map(({ width, height }) => ({ width, height, distortion }));

/** The bends of images about their seams, and what the report says of them. */
async function alignPlan(
  { canvas, shown, seams }: SeamPlan,
  names: readonly string[],
  { align, onProgress }: StitchOptions,
): Promise<{ bends: Alignment['bends']; report: PanoramaReport['alignment'] } | undefined> {
  if (!align || !shown) return undefined;
  onProgress?.('align', 0, 1);
  const { bends, pairs } = await alignViews(canvas, shown.after, seams, align);
  onProgress?.('align', 1, 1);
  const report = pairs.map(({ a, b, before, after, used }) => ({
    files: [names[a], names[b]] as const,
    before: tidy(before),
    after: tidy(after),
    used,
  }));
  return { bends, report };
}

function outputScale({ scale = 1 }: StitchOptions): number {
  if (!(scale > 0 && scale <= 1))
    throw new RangeError(`Expected a number above 0 and up to 1 for scale but received ${scale}`);
  return scale;
}

function checkSize(
  { width, height }: PanoramaCanvas,
  { maxMegapixels = 200, scale = 1 }: StitchOptions,
): void {
  const megapixels = (width * height) / 1e6;
  if (megapixels <= maxMegapixels) return;
  const smaller = Math.floor(scale * Math.sqrt(maxMegapixels / megapixels) * 100) / 100;
  const needed = Math.ceil(megapixels * 10) / 10;
  throw new WhitherError(
    `Expected a panorama of at most ${maxMegapixels} megapixels but this one would be ${width} x ${height}, ` +
      `${needed} megapixels: allow it with --max-megapixels ${needed}, ` +
      `or make it smaller with --scale ${smaller}`,
  );
}

/** Images in the middle first: seams then run about them. */
function layingOrder({ matrices, sizes, projection }: PanoramaCanvas): number[] {
  const middles = matrices.map((m, v): [number, number] => {
    const ray = transform3(m, [(sizes[v].width - 1) / 2, (sizes[v].height - 1) / 2, 1]);
    const at = projection.project(...ray, new Float64Array(3));
    return at ? [at[0], at[1]] : [0, 0];
  });
  const mean = (k: 0 | 1): number => middles.reduce((sum, at) => sum + at[k], 0) / middles.length;
  const [x, y] = [mean(0), mean(1)];
  const far = (v: number): number => Math.hypot(middles[v][0] - x, middles[v][1] - y);
  return matrices.map((_, v) => v).sort((a, b) => far(a) - far(b) || a - b);
}

async function showPlan(plan: SeamPlan, { onImage }: StitchOptions): Promise<void> {
  if (!onImage || !plan.shown) return;
  const { canvas, seams } = plan;
  const { before, after } = plan.shown;
  await onImage('warped', drawWarped(canvas, before, seams));
  await onImage('exposure', drawWarped(canvas, after, seams));
  await onImage('seams', drawSeams(canvas, after, seams));
}

/** The largest rectangle of the canvas that is covered all over, a pixel of the seam map inside of its edge. */
function findCrop({ covered, canvas, factor }: SeamPlan, whole: PanoramaCanvas): Rectangle {
  const inner = shrinkMask(covered, canvas.width, canvas.height, canvas.closed);
  const found = largestRectangle(inner, canvas.width, canvas.height);
  if (!found) return { x: 0, y: 0, width: whole.width, height: whole.height };
  const toFull = (value: number, small: number, full: number): number =>
    Math.round((value + small) / factor - full);
  const x = Math.max(0, toFull(found.x, canvas.left, whole.left));
  const y = Math.max(0, toFull(found.y, canvas.top, whole.top));
  const right = Math.min(whole.width, toFull(found.x + found.width, canvas.left, whole.left));
  const bottom = Math.min(whole.height, toFull(found.y + found.height, canvas.top, whole.top));
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

async function* composeAll(
  canvas: PanoramaCanvas,
  plan: SeamPlan,
  load: (view: number) => Promise<Image>,
  options: StitchOptions,
): AsyncGenerator<ComposedTile> {
  const { factor, seams, brightness, tone } = plan;
  const composition = {
    canvas,
    load,
    seams,
    seamScale: factor,
    // Of pixel x of this canvas: (x + left) * factor - left of the small one.
    seamLeft: plan.canvas.left - canvas.left * factor,
    seamTop: plan.canvas.top - canvas.top * factor,
    closed: plan.canvas.closed,
    ...{ brightness, tone },
  };
  const { blend, cacheBytes, background } = options;
  let done = 0;
  const total = tilesOf(canvas, 5, tilePixels(canvas)).length;
  for await (const tile of composePanorama(composition, { blend, cacheBytes, background })) {
    yield tile;
    options.onProgress?.('compose', ++done, Math.max(done, total));
  }
}

/** The distortion as OpenCV has it: with radii in units of the focal length. */
function k1Of({ distortion, focals }: Placement, size: Size, v: number): number | undefined {
  return distortion && focals ? tidy(distortion * (focals[v] / lensUnit(size)) ** 2) : undefined;
}

function reportOf(
  { sources, placement, evidence }: PanoramaParts,
  { matrices, projection, projectionReason, straightening }: Oriented,
  { width, height }: PanoramaCanvas,
  { exposure, tints }: SeamPlan,
  crop: Rectangle | undefined,
): PanoramaReport {
  return {
    model: placement.model,
    ...evidence,
    projection,
    projectionReason,
    straightening,
    ...(placement.distortion && { distortion: tidy(placement.distortion) }),
    width,
    height,
    crop,
    vignetting: [tidy(exposure.vignetting[0]), tidy(exposure.vignetting[1])],
    exposureBefore: tidy(exposure.before),
    exposureAfter: tidy(exposure.after),
    images: sources.map((source, v) => ({
      file: source.name,
      homographyToPanorama: matrices[v].map(tidy) as unknown as Matrix3,
      width: source.width,
      height: source.height,
      focal: placement.focals && tidy(placement.focals[v]),
      k1: k1Of(placement, source, v),
      gain: tidy(exposure.gains[v]),
      tint: tints && ([...tints[v]].map(tidy) as unknown as Tint),
    })),
  };
}
