import { WhitherError, checkAborted, checkInteger, checkOptions, checkSignal } from '../../core/index.ts';
import type { Image, OptionNames } from '../../core/index.ts';
import { chooseModel, findComponents, pairsWithin } from '../cameras/index.ts';
import type { ModelChoice } from '../cameras/index.ts';
import { MATCH_MEGAPIXELS, shrinkImage } from '../sources/index.ts';
import type { SourceOptions } from '../sources/index.ts';
import { estimateDistortion } from '../lens/index.ts';
import { dropMasked } from './drop-masked.ts';
import { candidatePairs, wantedPairs } from './candidate-pairs.ts';
import type { ImageOrder } from './candidate-pairs.ts';
import { createFeatureMatcher, examineAgain, examinePair, idealPair } from './match-pairs.ts';
import type { PairMatcher } from './match-pairs.ts';
import type { CameraModel, ImageSource, StitchPair, StageName, View } from '../types.ts';

/** Options of `register`. */
export interface RegisterOptions extends SourceOptions {
  /** How corresponding points are found; defaults to features. */
  readonly matcher?: PairMatcher<unknown>;
  /**
   * Which images are compared: each with all others (of many those near in the list), or as a `sequence` or a `loop` with the one
   * before and after it alone, of which a loop's last and first are neighbours too.
   *
   * @default 'any'
   */
  readonly order?: ImageOrder;
  /** Pairs that are compared, by places in the list of images; these alone, and with a sequence or a loop besides. */
  readonly pairs?: readonly (readonly [a: number, b: number])[];
  /** The camera model; defaults to what the evidence chooses. */
  readonly model?: CameraModel;
  /** Whether the radial distortion of the lens is estimated where the evidence asks for it; defaults to true. */
  readonly lens?: boolean;
  /** Told of the progress: `done` of `total` steps of a stage. May throw to stop. */
  readonly onProgress?: (stage: StageName, done: number, total: number) => void;
  /**
   * Ends the work between two images, pairs or parts of the panorama: the promise is rejected with the signal's reason, and
   * what is half written is removed.
   */
  readonly signal?: AbortSignal;
}

export const REGISTER_OPTIONS: OptionNames<RegisterOptions> = {
  scale: true,
  matchMegapixels: true,
  cacheBytes: true,
  matcher: true,
  order: true,
  pairs: true,
  model: true,
  lens: true,
  onProgress: true,
  signal: true,
};

/** An image as seen by the registration: its view, a small copy for seams, and how much could be matched. */
export interface ReadView {
  readonly view: View;
  readonly thumbnail: Image;
  readonly keypoints: number;
}

/** A panorama's images and where they go. */
export interface Registered {
  readonly choice: ModelChoice;
  /** The pairs that hold it together, in the order of `choice.pairErrors`. */
  readonly pairs: readonly StitchPair[];
}

/** What matching found out about all images. */
export interface Registration {
  readonly views: readonly ReadView[];
  readonly pairs: readonly StitchPair[];
  /** One a panorama, those of more images first. */
  readonly components: readonly Registered[];
  /** Indices of the images that belong to none. */
  readonly alone: readonly number[];
  /** The images that could be read, by index. */
  readonly sources: readonly ImageSource[];
  /** Those that could not, and why. */
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[];
}

/** Pixels of the small copies by which exposure and seams are found. */
export const THUMBNAIL_PIXELS = 0.07e6;

/**
 * Matches all images, keeps the pairs that are sure, and places the images of each group that these hold
 * together. Where that leaves images apart, the matcher's more thorough one looks at them again.
 *
 * @example
 * import { register } from 'whither/stitch';
 *
 * const { components, alone } = await register(sources, { matchMegapixels: 0.6 });
 * for (const { choice } of components) console.log(choice.placement.views, choice.explanation);
 */
export async function register(
  sources: readonly ImageSource[],
  options: RegisterOptions = {},
): Promise<Registration> {
  checkOptions(options, REGISTER_OPTIONS, 'register');
  checkSignal(options.signal);
  const matcher = options.matcher ?? (createFeatureMatcher() as PairMatcher<unknown>);
  const wanted = wantedPairs(sources.length, options);
  const { views, prepared, kept, places, unreadable } = await readAll(sources, matcher, options);
  const pairs = await matchAll(
    views,
    new Map(prepared.entries()),
    matcher,
    candidatePairs(places, wanted, options.order),
    options,
  );
  const found = { views, pairs, ...placeAll(views, pairs, options), sources: kept, unreadable };
  const { thorough } = matcher;
  return thorough && groupsOf(found).length > 1 ? lookAgain(found, thorough, options) : found;
}

/** Indices of the images of each panorama and of each image that is in none. */
const groupsOf = ({ components, alone }: Registration): (readonly number[])[] => [
  ...components.map(({ choice }) => choice.placement.views),
  ...alone.map((v) => [v]),
];

/**
 * Matches images of different groups once more; only those are read again. One that cannot be read any more stays where the
 * first look left it.
 */
async function lookAgain(
  before: Registration,
  matcher: PairMatcher<unknown>,
  options: RegisterOptions,
): Promise<Registration> {
  const group = new Map(groupsOf(before).flatMap((members, g) => members.map((v) => [v, g])));
  const apart = ({ a, b }: StitchPair): boolean => group.get(a) !== group.get(b);
  const wanted = [...new Set(before.pairs.filter(apart).flatMap(({ a, b }) => [a, b]))].sort((x, y) => x - y);
  const prepared = new Map<number, unknown>();
  const views = [...before.views];
  const maxPixels = matchPixels(options);
  for (const [done, v] of wanted.entries()) {
    await checkAborted(options.signal);
    const image = await before.sources[v].load(maxPixels).catch(nothingIfUnreadable);
    if (image) {
      const features = await matcher.prepare(shrinkImage(image, maxPixels));
      prepared.set(v, features);
      views[v] = { ...views[v], keypoints: matcher.count(features) };
    }
    options.onProgress?.('read', done + 1, wanted.length);
  }
  const again = (pair: StitchPair): boolean => apart(pair) && prepared.has(pair.a) && prepared.has(pair.b);
  const candidates = before.pairs.filter(again).map(({ a, b }): [number, number] => [a, b]);
  const found = await matchAll(views, prepared, matcher, candidates, options);
  const pairs = before.pairs.map((pair) => (again(pair) ? found.shift()! : pair));
  return { ...before, views, pairs, ...placeAll(views, pairs, options) };
}

/** For an image that cannot be read; other errors go on. */
function nothingIfUnreadable(error: unknown): undefined {
  if (!(error instanceof WhitherError)) throw error;
}

/** The image at most as large as it is to be matched, and what the registration keeps of it. */
export async function readView(
  source: ImageSource,
  index: number,
  maxPixels: number,
): Promise<{ image: Image; view: View; thumbnail: Image }> {
  return viewOf(source, await source.load(maxPixels), index, maxPixels);
}

/**
 * Images that are decoded while one is looked at: each decoding has several steps, of which one is taken between two
 * looks.
 */
const AHEAD = 3;

function startReading(source: ImageSource, maxPixels: number): Promise<Image> {
  const image = source.load(maxPixels);
  // Whoever awaits it is told; until then nobody is to complain.
  image.catch(() => undefined);
  return image;
}

function viewOf(
  source: ImageSource,
  loaded: Image,
  index: number,
  maxPixels: number,
): { image: Image; view: View; thumbnail: Image } {
  const image = shrinkImage(loaded, maxPixels);
  const { name, width, height, focal, mask } = source;
  const matched = { width: image.width, height: image.height };
  const scale = Math.sqrt((image.width * image.height) / (width * height));
  const view: View = { index, name, width, height, matched, scale, focal, mask };
  return { image, view, thumbnail: shrinkImage(image, THUMBNAIL_PIXELS) };
}

interface ReadAll {
  readonly views: readonly ReadView[];
  readonly prepared: readonly unknown[];
  readonly kept: readonly ImageSource[];
  /** Of each view the place in the list of images. */
  readonly places: readonly number[];
  readonly unreadable: Registration['unreadable'];
}

const matchPixels = ({ matchMegapixels = MATCH_MEGAPIXELS }: RegisterOptions): number =>
  checkInteger(Math.round(matchMegapixels * 1e6), 'matchMegapixels * 1e6', 1000);

/** One image after the other; one that cannot be read is passed over and named. */
async function readAll(
  sources: readonly ImageSource[],
  matcher: PairMatcher<unknown>,
  options: RegisterOptions,
): Promise<ReadAll> {
  const maxPixels = matchPixels(options);
  const [views, prepared, kept, places, unreadable]: [
    ReadView[],
    unknown[],
    ImageSource[],
    number[],
    { name: string; reason: string }[],
  ] = [[], [], [], [], []];
  const reading = sources.slice(0, AHEAD).map((source) => startReading(source, maxPixels));
  for (const [done, source] of sources.entries()) {
    await checkAborted(options.signal);
    if (done + AHEAD < sources.length) reading.push(startReading(sources[done + AHEAD], maxPixels));
    try {
      const { image, view, thumbnail } = viewOf(source, await reading.shift()!, kept.length, maxPixels);
      const features = await matcher.prepare(image);
      prepared.push(features);
      views.push({ view, thumbnail, keypoints: matcher.count(features) });
      kept.push(source);
      places.push(done);
    } catch (error) {
      if (!(error instanceof WhitherError)) throw error;
      unreadable.push({ name: source.name, reason: error.message });
    }
    options.onProgress?.('read', done + 1, sources.length);
  }
  return { views, prepared, kept, places, unreadable };
}

async function matchAll(
  views: readonly ReadView[],
  prepared: ReadonlyMap<number, unknown>,
  matcher: PairMatcher<unknown>,
  candidates: readonly (readonly [a: number, b: number])[],
  { onProgress, signal }: RegisterOptions,
): Promise<StitchPair[]> {
  const pairs: StitchPair[] = [];
  for (const [a, b] of candidates) {
    await checkAborted(signal);
    const found = await matcher.match(prepared.get(a), prepared.get(b));
    const [viewA, viewB] = [views[a].view, views[b].view];
    pairs.push(examinePair(viewA, viewB, dropMasked(viewA, viewB, found)));
    onProgress?.('match', pairs.length, candidates.length);
  }
  return pairs;
}

/** Pairs this far off, in pixels of the images that were matched, and off by this factor more than most, are wrong. */
const [WRONG_PIXELS, WRONG_FACTOR] = [8, 5];

function placeAll(
  read: readonly ReadView[],
  pairs: StitchPair[],
  { model, lens = true, onProgress }: RegisterOptions,
): { components: Registered[]; alone: number[] } {
  const views = read.map(({ view }) => view);
  const distortion = lens ? estimateDistortion(views, pairs) : 0;
  if (distortion)
    pairs.forEach((pair, k) => (pairs[k] = examineAgain(views[pair.a], views[pair.b], pair, distortion)));
  const components: Registered[] = [];
  const alone: number[] = [];
  const queue = findComponents(read.length, pairs);
  for (let done = 0; done < queue.length; done++) {
    const members = queue[done];
    if (members.length === 1) {
      alone.push(members[0]);
      continue;
    }
    const own = pairsWithin(members, pairs);
    const choice = place(
      members.map((i) => views[i]),
      own,
      distortion,
      model,
    );
    const wrong = contradictions(own, choice.pairErrors);
    if (wrong.length) {
      // The group is looked at again without them; it may fall apart.
      for (const pair of wrong)
        pairs[pairs.indexOf(pair)] = { ...pair, verified: false, reason: CONTRADICTS };
      const within = new Set(members);
      queue.push(...findComponents(read.length, pairs).filter((group) => within.has(group[0])));
    } else components.push({ choice, pairs: own });
    onProgress?.('place', done + 1, queue.length);
  }
  components.sort((x, y) => y.choice.placement.views.length - x.choice.placement.views.length);
  return { components, alone: alone.sort((x, y) => x - y) };
}

/** Chooses the model of a group, by ideal pixels where its lens distorts. */
function place(
  views: readonly View[],
  pairs: readonly StitchPair[],
  distortion: number,
  model?: CameraModel,
): ModelChoice {
  if (!distortion) return chooseModel({ views, pairs }, model);
  const ideal = pairs.map((pair) => idealPair(pair, views, distortion));
  const choice = chooseModel({ views, pairs: ideal }, model);
  return { ...choice, placement: { ...choice.placement, distortion } };
}

const CONTRADICTS = 'it contradicts where all the other pairs place the two';

function contradictions(pairs: readonly StitchPair[], errors: readonly number[]): StitchPair[] {
  const middle = [...errors].sort((x, y) => x - y)[errors.length >> 1];
  const limit = Math.max(WRONG_PIXELS, WRONG_FACTOR * middle);
  return pairs.length < 3 ? [] : pairs.filter((_, k) => errors[k] > limit);
}
