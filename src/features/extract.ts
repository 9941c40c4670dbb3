import { checkInteger, checkOneOf, expected } from '../core/errors.ts';
import type { Image } from '../core/types.ts';
import { chooseEven, chooseStrongest } from './choose-keypoints.ts';
import { describeSampled } from './describe-sampled.ts';
import { describeSift } from './describe-sift.ts';
import { detectFast, detectHarris } from './detect-corners.ts';
import { detectDog } from './detect-dog.ts';
import { extractPatches } from './extract-patches.ts';
import { packKeypoints } from './keypoint-list.ts';
import type { Keypoint } from './keypoint-list.ts';
import { orientKeypoints } from './orient.ts';
import { buildScaleSpace } from './scale-space.ts';
import type { ScaleSpace } from './scale-space.ts';
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

/** Above this many pixels a picture is not enlarged unless told: its scale space would fill the memory. */
const MOST_UPSAMPLED = 3e6;

/**
 * Finds points that can be found again in another picture of the same thing.
 *
 * A picture without texture, or too small for any, has none: that is no error.
 *
 * @throws {TypeError | RangeError} for options that make no sense
 */
export function detectKeypoints(image: Image | Grey, options: DetectOptions = {}): Keypoints {
  const space = openSpace(image, options);
  try {
    return detectIn(space, options);
  } finally {
    space.release();
  }
}

/**
 * Describes keypoints, whoever found them.
 *
 * @returns one descriptor a keypoint, in their order
 */
export async function describeKeypoints(
  image: Image | Grey,
  keypoints: Keypoints,
  options: DescribeOptions = {},
): Promise<Descriptors> {
  const space = openSpace(image, {});
  try {
    return await describeIn(space, keypoints, options);
  } finally {
    space.release();
  }
}

/** Finds keypoints and describes them, from one scale space. */
export async function extractFeatures(image: Image | Grey, options: ExtractOptions = {}): Promise<Features> {
  const space = openSpace(image, options);
  try {
    const keypoints = detectIn(space, options);
    return { keypoints, descriptors: await describeIn(space, keypoints, options) };
  } finally {
    space.release();
  }
}

function openSpace(image: Image | Grey, { upsample }: DetectOptions): ScaleSpace {
  const enlarge = upsample ?? image.width * image.height <= MOST_UPSAMPLED;
  return buildScaleSpace(image, enlarge);
}

function detectIn(space: ScaleSpace, options: DetectOptions): Keypoints {
  const {
    count = 4000,
    spread = 'strongest',
    contrast = 10.2,
    edgeRatio = 10,
    upright = false,
    gradients = 'all',
  } = options;
  checkInteger(count, 'count', 1);
  checkOneOf(spread, 'spread', ['strongest', 'even']);
  checkOneOf(gradients, 'gradients', ['all', 'samples']);
  if (!(contrast >= 0)) throw expected('a number of at least 0', 'contrast', contrast);
  if (!(edgeRatio >= 1)) throw expected('a number of at least 1', 'edgeRatio', edgeRatio);
  if (!space.octaves.length) return packKeypoints([]);
  const { width, height } = space.image;
  const found = runDetector(checkOneOf(options.detector ?? 'dog', 'detector', DETECTORS), space, {
    contrast,
    edgeRatio,
  });
  const choose = (list: readonly Keypoint[]) =>
    spread === 'even' ? chooseEven(list, count, width, height) : chooseStrongest(list, count);
  // A keypoint of several directions is one of the choice, and several of the result, cut at the count again.
  const chosen = choose(found);
  return packKeypoints(
    upright ? chosen : orientKeypoints(space, chosen, gradients === 'all' ? 1 : 2).slice(0, count),
  );
}

function runDetector(
  detector: Detector,
  space: ScaleSpace,
  limits: { contrast: number; edgeRatio: number },
): Keypoint[] {
  if (detector === 'harris') return detectHarris(space.image);
  if (detector === 'fast') return detectFast(space.image);
  return detectDog(space, limits);
}

async function describeIn(
  space: ScaleSpace,
  keypoints: Keypoints,
  { descriptor = 'rootsift', gradients = 'all' }: DescribeOptions,
): Promise<Descriptors> {
  if (typeof descriptor === 'object') {
    const { patchSize, extent } = descriptor;
    if (!keypoints.scales.length) return { count: 0, length: 0, data: new Float32Array() };
    return descriptor.describe(extractPatches(space.image, keypoints, patchSize, extent));
  }
  checkOneOf(descriptor, 'descriptor', ['sift', 'rootsift']);
  checkOneOf(gradients, 'gradients', ['all', 'samples']);
  return (gradients === 'all' ? describeSift : describeSampled)(space, keypoints, descriptor);
}
