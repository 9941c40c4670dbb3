import {
  checkAborted,
  checkInteger,
  checkOptions,
  checkSignal,
  composeHomographies,
  expected,
  invertHomography,
  normalizeHomography,
  resizeHomography,
  transformPoints,
} from '../../core/index.ts';
import type { Homography, Image, OptionNames } from '../../core/index.ts';
import { alignSmall } from './align-small.ts';
import type { HomographyModel } from './homography-model.ts';
import { likenessOf, makeRelief } from './likeness.ts';
import { lookBothWays } from './iterate-homography.ts';
import { shrinkToSquare } from './small-image.ts';

/** Options of `estimateHomography`. */
export interface EstimateHomographyOptions {
  /** How often the network looks at the images, 0 to 16; defaults to what `model.json` says. */
  readonly looks?: number;
  /**
   * Align the small images themselves after the looks, coarse to fine, without any network; defaults to true.
   */
  readonly align?: boolean;
  /** Ends the estimate between two looks: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionNames<EstimateHomographyOptions> = { looks: true, align: true, signal: true };

/** How B lies on A, by a network that looked at both. */
export interface HomographyEstimate {
  /**
   * From pixels of A to pixels of B. There is always one, finite and invertible: where nothing is seen, it is near the
   * map of the same relative place, and the confidence says so.
   */
  readonly homography: Homography;
  /**
   * From 0 to 1: `likeness / (1 + (roundTrip / 0.03)^2)`. Images without texture have 0, those with nothing
   * in common little; how little has not been measured on photos.
   */
  readonly confidence: number;
  /** How far A's corners come back from where they started after going there and back, mean, in shares of the side. */
  readonly roundTrip: number;
  /**
   * How alike A is to B brought onto it, whatever their light: the correlation of the small images less their local
   * means, 0 to 1.
   */
  readonly likeness: number;
  readonly looks: number;
  /** Time of the estimate alone, without the time that it waited for others on the same model. */
  readonly milliseconds: number;
}

/** The error of the way there and back, in shares of the side, that halves the confidence. */
const HALF = 0.03;

/**
 * Estimates the homography between two images without any features: a network sees both, small and grey, and tells
 * where A's corners go (DeTone 2016), the tensor DLT makes a matrix of that (Nguyen 2018), and it looks again at what is
 * left. For images in which no features are found, such as blurred or dark ones, that differ little; with features
 * `match` is far more exact.
 *
 * Images may have any sizes, each its own, from 1 x 1 on.
 *
 * @throws {TypeError | ShapeError | RangeError} where an image is none, or an option makes no sense; the reason
 * of `signal` once that is aborted
 * @example
 * import { estimateHomography, loadHomographyModel } from 'whither/geometry';
 *
 * await using model = await loadHomographyModel();
 * const { homography, confidence } = await estimateHomography(model, imageA, imageB);
 */
export async function estimateHomography(
  model: HomographyModel,
  imageA: Image,
  imageB: Image,
  options: EstimateHomographyOptions = {},
): Promise<HomographyEstimate> {
  checkOptions(options, OPTIONS, 'estimateHomography');
  const { align = true, signal } = options;
  checkSignal(signal);
  const looks = checkInteger(options.looks ?? model.manifest.looks, 'looks', 0, 16);
  for (const [name, image] of [['imageA', imageA] as const, ['imageB', imageB] as const])
    if (!(image?.data instanceof Uint8Array)) throw expected('an image of 8-bit RGB', name, image);
  return model.inTurn(() => runEstimate(model, imageA, imageB, { looks, align, signal }), signal);
}

async function runEstimate(
  model: HomographyModel,
  imageA: Image,
  imageB: Image,
  { looks, align, signal }: EstimateHomographyOptions & { looks: number },
): Promise<HomographyEstimate> {
  const { input } = model.manifest;
  const start = performance.now();
  const [a, b] = [imageA, imageB].map((image) => shrinkToSquare(image, input.size, input.range));
  const seen = await lookBothWays(model, a, b, looks, signal);
  await checkAborted(signal);
  const [there, back] = align ? [alignSmall(a, b, seen[0]), alignSmall(b, a, seen[1])] : seen;
  const [enterA, leaveB] = [toSquare(imageA, input.size), invertHomography(toSquare(imageB, input.size))];
  const likeness = Math.max(0, likenessOf(makeRelief(a), makeRelief(b), there));
  const roundTrip = cornerError(composeHomographies(back, there), input.size);
  return {
    homography: normalizeHomography(composeHomographies(leaveB, composeHomographies(there, enterA))),
    confidence: likeness / (1 + (roundTrip / HALF) ** 2),
    roundTrip,
    likeness,
    looks,
    milliseconds: performance.now() - start,
  };
}

/** From pixels of an image to those of the square. */
const toSquare = ({ width, height }: Image, size: number): Homography =>
  resizeHomography(size / width, size / height);

/** How far a map moves the corners of a square in the mean, in shares of its side; at most 1. */
function cornerError(h: Homography, size: number): number {
  const last = size - 1;
  const corners = [0, 0, last, 0, last, last, 0, last];
  const moved = transformPoints(h, corners);
  let sum = 0;
  for (let k = 0; k < 8; k += 2) sum += Math.hypot(moved[k] - corners[k], moved[k + 1] - corners[k + 1]);
  return Math.min(1, sum / 4 / size || 0);
}
