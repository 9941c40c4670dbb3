import { checkAborted, checkInteger, checkOptions, checkSignal } from '../../core/index.ts';
import type { Image, OptionNames } from '../../core/index.ts';
import { createFeatureMatcher, examinePair } from './match-pairs.ts';
import type { StitchPair, View } from '../types.ts';
import { shrinkImage } from '../sources/index.ts';

/** A frame of a video, counted from 0. */
export interface VideoFrame {
  readonly index: number;
  readonly image: Image;
}

/** Options of `pickFrames`. */
export interface PickFramesOptions {
  /** A frame is taken when it shares less than this with the one taken last, 0 to 1; defaults to 0.6. */
  readonly overlap?: number;
  /** Look at every `every`-th frame alone; defaults to 1. */
  readonly every?: number;
  /** Frames are compared at most at this size, in millions of pixels; defaults to 0.15. */
  readonly matchMegapixels?: number;
  /** Ends the work between two frames: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionNames<PickFramesOptions> = {
  overlap: true,
  every: true,
  matchMegapixels: true,
  signal: true,
};

/** What the last frame must still show anew to be taken too. */
const WORTH_IT = 0.95;

/**
 * Picks the frames of a moving camera that a panorama needs: the first, then each whose overlap with the one picked
 * last falls below `overlap`, and at last the end. Where a frame has nothing to do with the one picked last, the one
 * before it is picked as a bridge, and it too.
 *
 * Frames are looked at one after the other; only those picked are kept in memory.
 *
 * @example
 * import { openFrames, stitch } from 'whither';
 * import { pickFrames } from 'whither/stitch';
 *
 * const source = await openFrames('clip.mp4');
 * const picked = await pickFrames(source.frames(), { overlap: 0.6 });
 * const { panoramas } = await stitch(picked.map(({ image }) => image));
 */
export async function pickFrames(
  frames: AsyncIterable<VideoFrame>,
  options: PickFramesOptions = {},
): Promise<VideoFrame[]> {
  const { overlap = 0.6, every = 1, matchMegapixels = 0.15, signal } = options;
  checkOptions(options, OPTIONS, 'pickFrames');
  checkSignal(signal);
  checkInteger(every, 'every', 1);
  if (!(overlap > 0 && overlap < 1))
    throw new RangeError(`Expected a share above 0 and below 1 for overlap but received ${overlap}`);
  const look = createLook(matchMegapixels * 1e6);
  const choice = new Choice(overlap, look.match);
  for await (const frame of frames) {
    await checkAborted(signal);
    if (frame.index % every === 0) await choice.offer(await look(frame));
  }
  return choice.close();
}

/** What was picked so far. */
class Choice {
  private readonly picked: VideoFrame[] = [];
  private last?: Looked;
  private previous?: Looked;
  private readonly overlap: number;
  private readonly match: Matcher['match'];

  constructor(overlap: number, match: Matcher['match']) {
    this.overlap = overlap;
    this.match = match;
  }

  async offer(current: Looked): Promise<void> {
    const { last, previous } = this;
    const shared = last ? await compare(this.match, last, current) : 0;
    // The one before is a bridge from the one picked last to this one.
    if (shared === 0 && previous && previous !== last) this.pick(previous);
    if (shared < this.overlap) this.pick(current);
    this.previous = current;
  }

  async close(): Promise<VideoFrame[]> {
    const { last, previous } = this;
    if (last && previous && previous !== last && (await compare(this.match, last, previous)) < WORTH_IT)
      this.pick(previous);
    return this.picked;
  }

  private pick(looked: Looked): void {
    this.picked.push(looked.frame);
    this.last = looked;
  }
}

/** A frame, small, and its features. */
interface Looked {
  readonly frame: VideoFrame;
  readonly view: View;
  readonly features: Features;
}

type Matcher = ReturnType<typeof createFeatureMatcher>;
type Features = Awaited<ReturnType<Matcher['prepare']>>;

function createLook(maxPixels: number): {
  (frame: VideoFrame): Promise<Looked>;
  readonly match: Matcher['match'];
} {
  const matcher = createFeatureMatcher({ count: 500 });
  const look = async (frame: VideoFrame): Promise<Looked> => {
    const small = shrinkImage(frame.image, maxPixels);
    const size = { width: small.width, height: small.height };
    const view: View = { index: frame.index, name: `${frame.index}`, ...size, matched: size, scale: 1 };
    return { frame, view, features: await matcher.prepare(small) };
  };
  return Object.assign(look, { match: (a: Features, b: Features) => matcher.match(a, b) });
}

/** The share of the earlier frame that the later one shows; 0 where nothing is sure. */
async function compare(match: Matcher['match'], a: Looked, b: Looked): Promise<number> {
  const pair: StitchPair = examinePair(a.view, b.view, await match(a.features, b.features));
  return pair.verified ? pair.overlap : 0;
}
