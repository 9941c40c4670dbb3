import { checkInteger, checkOneOf, checkOptions, expected } from '../core/index.ts';
import type { Image } from '../core/index.ts';
import {
  chooseEven,
  chooseStrongest,
  detectDog,
  detectFast,
  detectHarris,
  orientKeypoints,
  packKeypoints,
} from './detect/index.ts';
import { describeSift, extractPatches } from './describe/index.ts';
import { contrastShare } from './contrast-share.ts';
import type { Keypoint } from './detect/index.ts';
import { buildScaleSpace } from './scale-space/index.ts';
import type { Octave, ScaleSpace } from './scale-space/index.ts';
import { DESCRIBE_OPTIONS, DETECT_OPTIONS, EXTRACT_OPTIONS } from './types.ts';
import type {
  DescribeOptions,
  Descriptors,
  DetectOptions,
  Detector,
  ExtractOptions,
  Features,
  Grey,
  Keypoints,
} from './types.ts';

const DETECTORS: readonly Detector[] = ['dog', 'harris', 'fast'];

/** Above this many pixels an image is not enlarged by default: its scale space would fill the memory. */
const MOST_UPSAMPLED = 3e6;

/**
 * Finds points that can be found again in another image of the same thing.
 *
 * An image without texture, or too small for any, has none: that is no error.
 *
 * @throws {TypeError | RangeError} for options that make no sense
 * @example
 * import { detectKeypoints } from 'whither/features';
 *
 * const { points, scales } = detectKeypoints(image, { count: 500, spread: 'even' });
 * console.log(`a blob at (${points[0]}, ${points[1]}), ${scales[0]} pixels`);
 */
export function detectKeypoints(image: Image | Grey, options: DetectOptions = {}): Keypoints {
  checkOptions(options, DETECT_OPTIONS, 'detectKeypoints');
  const { space, keypoints } = detectIn(image, options, false);
  space.release();
  return keypoints;
}

/**
 * Describes keypoints, whoever found them.
 *
 * @returns one descriptor a keypoint, in their order
 * @example
 * import { describeKeypoints, detectKeypoints } from 'whither/features';
 *
 * const keypoints = detectKeypoints(image, { detector: 'fast' });
 * const { count, data } = await describeKeypoints(image, keypoints, { descriptor: 'rootsift' });
 */
export async function describeKeypoints(
  image: Image | Grey,
  keypoints: Keypoints,
  options: DescribeOptions = {},
): Promise<Descriptors> {
  checkOptions(options, DESCRIBE_OPTIONS, 'describeKeypoints');
  const space = buildScaleSpace(image, enlarges(image, {}));
  try {
    return await describeIn(space, keypoints, options);
  } finally {
    space.release();
  }
}

/**
 * Finds keypoints and describes them, from one scale space.
 *
 * @example
 * import { extractFeatures, matchFeatures } from 'whither/features';
 *
 * const [a, b] = [await extractFeatures(imageA), await extractFeatures(imageB)];
 * const { correspondences, fit } = await matchFeatures(a, b);
 */
export async function extractFeatures(image: Image | Grey, options: ExtractOptions = {}): Promise<Features> {
  checkOptions(options, EXTRACT_OPTIONS, 'extractFeatures');
  const { space, keypoints } = detectIn(image, options, typeof options.descriptor === 'object');
  try {
    return { keypoints, descriptors: await describeIn(space, keypoints, options) };
  } finally {
    space.release();
  }
}

const enlarges = ({ width, height }: Image | Grey, { upsample }: DetectOptions): boolean =>
  upsample ?? width * height <= MOST_UPSAMPLED;

/** @param keepsImage whether the scale space is to hold the image itself */
function detectIn(
  image: Image | Grey,
  options: DetectOptions,
  keepsImage: boolean,
): { space: ScaleSpace; keypoints: Keypoints } {
  const { count = 4000, spread = 'strongest', upright = false, gradients = 'all' } = options;
  checkInteger(count, 'count', 1);
  checkOneOf(spread, 'spread', ['strongest', 'even']);
  checkOneOf(gradients, 'gradients', ['all', 'samples']);
  const { space, found } = findPoints(image, options, keepsImage);
  const choose = (list: readonly Keypoint[]) =>
    spread === 'even' ? chooseEven(list, count, space.width, space.height) : chooseStrongest(list, count);
  // A keypoint of several directions is one of the choice, and several of the result, cut at the count again.
  const chosen = choose(found);
  const oriented = upright ? chosen : orientKeypoints(space, chosen, gradients === 'all' ? 1 : 2);
  return { space, keypoints: packKeypoints(oriented.slice(0, count)) };
}

/** All points that the detector finds. */
function findPoints(
  image: Image | Grey,
  options: DetectOptions,
  keepsImage: boolean,
): { space: ScaleSpace; found: Keypoint[] } {
  const { contrast = 10.2, edgeRatio = 10 } = options;
  const detector = checkOneOf(options.detector ?? 'dog', 'detector', DETECTORS);
  if (!(contrast >= 0)) throw expected('a number of at least 0', 'contrast', contrast);
  if (!(edgeRatio >= 1)) throw expected('a number of at least 1', 'edgeRatio', edgeRatio);
  const enlarge = enlarges(image, options);
  const share = contrastShare(image);
  if (detector !== 'dog') {
    const space = buildScaleSpace(image, enlarge);
    const detect = detector === 'harris' ? detectHarris : detectFast;
    return { space, found: space.octaves.length ? detect(space.grey!, share) : [] };
  }
  let found: Keypoint[] = [];
  const look = (octave: Octave): void => {
    found = found.concat(detectDog(octave, { contrast: contrast * share, edgeRatio }));
  };
  const space = buildScaleSpace(image, enlarge, keepsImage ? undefined : look);
  if (keepsImage) space.octaves.forEach(look);
  return { space, found };
}

async function describeIn(
  space: ScaleSpace,
  keypoints: Keypoints,
  { descriptor = 'rootsift', gradients = 'all' }: DescribeOptions,
): Promise<Descriptors> {
  if (typeof descriptor === 'object') {
    const { patchSize, extent } = descriptor;
    if (!keypoints.scales.length) return { count: 0, length: 0, data: new Float32Array() };
    return descriptor.describe(extractPatches(space.grey!, keypoints, patchSize, extent));
  }
  checkOneOf(descriptor, 'descriptor', ['sift', 'rootsift']);
  checkOneOf(gradients, 'gradients', ['all', 'samples']);
  return describeSift(space, keypoints, descriptor, gradients);
}
