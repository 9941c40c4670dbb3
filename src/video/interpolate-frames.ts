import { checkInteger, checkOptions, expected } from '../core/index.ts';
import type { Image, OptionNames } from '../core/index.ts';
import { checkPositive } from '../core/index.ts';
import type { EstimateOptions } from '../flow/estimate/index.ts';
import type { FlowModel } from '../flow/network/index.ts';
import { frameBetween } from './between-frame.ts';
import { framePairs } from './frame-pairs.ts';
import type { FramePair, SequenceFrame } from './frame-pairs.ts';
import type { VideoFrames } from './types.ts';

/** Options of `interpolateFrames`: one of `factor` and `frameRate` must be given. */
export interface InterpolateOptions {
  /** Estimates the flow. */
  readonly model: FlowModel;
  /** How many frames become of each, 2 or more: frames themselves are kept, and `factor - 1` come between two. */
  readonly factor?: number;
  /** Frames a second, evenly from the first frame on: needs frames with times, or `sourceRate`. */
  readonly frameRate?: number;
  /** Frames a second of frames that have no times; a source of `openFrames` tells its own. */
  readonly sourceRate?: number;
  /** How the flow is estimated: `fast`, `balanced` or `accurate`; defaults to the model's own. */
  readonly preset?: EstimateOptions['preset'];
  /** Ends the work between two steps: what is under way is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionNames<InterpolateOptions> = {
  ...{ model: true, factor: true, frameRate: true, sourceRate: true, preset: true, signal: true },
};

/** A frame of a sequence, or one between two of them. */
export interface InterpolatedFrame {
  /** Position in the result, from 0. */
  readonly index: number;
  readonly image: Image;
  /** Place in the sequence: 2.5 is half way between its third frame and its fourth; whole for a frame of its own. */
  readonly position: number;
  /** When it is shown, in seconds; absent where the times of frames are not known. */
  readonly time?: number;
  /** Whether another scene begins here. */
  readonly cut: boolean;
}

/**
 * Frames between the frames of a sequence: for slow motion, or for a higher frame rate. Motion is estimated both ways, and
 * followed along paths that bend as the frames before and after tell. What one frame alone shows is taken from it, the rest
 * is mixed from both. Nothing is mixed across a cut: the frame before it stays. Frames of the sequence itself are given as
 * they are. One frame gives itself.
 *
 * No more than four frames are held, so memory does not grow with their number.
 *
 * @param frames of one size
 * @throws ShapeError where there is no frame, or one is not of the first one's size; RangeError where times do not rise; the
 * reason of `signal` once that is aborted
 * @example
 * import { createFrameSink, interpolateFrames, loadFlowModel, openFrames } from 'whither';
 *
 * await using model = await loadFlowModel();
 * const source = await openFrames('clip.mp4');
 * const { width, height, frameRate } = source;
 * const sink = await createFrameSink('smooth.mp4', { width, height, frameRate: 2 * frameRate, sound: 'clip.mp4' });
 * for await (const { image } of interpolateFrames(source, { model, factor: 2 })) await sink.write(image);
 * await sink.close();
 */
export async function* interpolateFrames(
  frames: VideoFrames,
  options: InterpolateOptions,
): AsyncGenerator<InterpolatedFrame, void, undefined> {
  const { model, preset, signal, ...rates } = checkOptions(options, OPTIONS, 'interpolateFrames');
  const plan = planInstants(rates, rateOf(frames));
  let index = 0;
  let cut = false;
  const make = (image: Image, { position, time }: Instant): InterpolatedFrame => {
    const frame = { index: index++, image, position, time, cut };
    cut = false;
    return frame;
  };
  const pairs = framePairs(model, frames, { preset, signal });
  const walk = withNeighbours(pairs);
  for (let next = await walk.next(); ; next = await walk.next()) {
    if (next.done) {
      for (const instant of plan.last(next.value)) yield make(next.value.image, instant);
      return;
    }
    const { pair } = next.value;
    for (const instant of plan.within(pair)) {
      const image = instant.part === 0 ? pair.a.image : frameBetween(next.value, instant.part);
      yield make(image, instant);
    }
    cut ||= pair.cut;
  }
}

/** Each pair with the one before it and the one after it. */
async function* withNeighbours(
  pairs: AsyncGenerator<FramePair, SequenceFrame, undefined>,
): AsyncGenerator<{ before?: FramePair; pair: FramePair; after?: FramePair }, SequenceFrame, undefined> {
  let [before, pair]: (FramePair | undefined)[] = [];
  for (;;) {
    const next = await pairs.next();
    const after = next.done ? undefined : next.value;
    if (pair) yield { before, pair, after };
    if (next.done) return next.value;
    [before, pair] = [pair, after];
  }
}

/** When a frame is shown. */
interface Instant {
  /** Between the two frames of a pair, 0 to 1. */
  readonly part: number;
  readonly position: number;
  readonly time?: number;
}

interface Plan {
  /** From the first frame of a pair on, before the second. */
  within(pair: FramePair): Instant[];
  /** At the last frame of all. */
  last(frame: SequenceFrame): Instant[];
}

/** Frames a second as a source tells them. */
function rateOf(frames: VideoFrames): number | undefined {
  const { frameRate } = frames as { readonly frameRate?: unknown };
  return typeof frameRate === 'number' ? frameRate : undefined;
}

function planInstants(
  { factor, frameRate, sourceRate }: Pick<InterpolateOptions, 'factor' | 'frameRate' | 'sourceRate'>,
  known: number | undefined,
): Plan {
  if ((factor === undefined) === (frameRate === undefined))
    throw expected('one of factor and frameRate', 'options', { factor, frameRate });
  const rate = sourceRate === undefined ? known : checkPositive(sourceRate, 'sourceRate');
  const timeOf = ({ index, time }: SequenceFrame): number | undefined => time ?? (rate && index / rate);
  return factor === undefined
    ? planRate(checkPositive(frameRate, 'frameRate'), timeOf)
    : planFactor(checkInteger(factor, 'factor', 2), timeOf);
}

type TimeOf = (frame: SequenceFrame) => number | undefined;

function planFactor(factor: number, timeOf: TimeOf): Plan {
  return {
    within: ({ a, b }) => {
      const [start, end] = [timeOf(a), timeOf(b)];
      return Array.from({ length: factor }, (_, k) => ({
        part: k / factor,
        position: a.index + k / factor,
        time: start === undefined || end === undefined ? undefined : start + ((end - start) * k) / factor,
      }));
    },
    last: (frame) => [{ part: 0, position: frame.index, time: timeOf(frame) }],
  };
}

/** Differences of times below this share of a step are rounding. */
const ROUNDING = 1e-3;

function planRate(frameRate: number, timeOf: TimeOf): Plan {
  let count = 0;
  let first: number | undefined;
  const known = (frame: SequenceFrame): number => {
    const time = timeOf(frame);
    if (time === undefined)
      throw expected('the frame rate of frames that have no times', 'sourceRate', undefined);
    first ??= time;
    return time;
  };
  const next = (): number => first! + count / frameRate;
  return {
    within: ({ a, b }) => {
      const [start, end] = [known(a), known(b)];
      if (!(end > start))
        throw new RangeError(`Expected times that rise but frame ${b.index} comes at ${end} after ${start}`);
      const found: Instant[] = [];
      const slack = ROUNDING / frameRate;
      for (; next() < end - slack; count++) {
        const time = next();
        const part = time < start + slack ? 0 : (time - start) / (end - start);
        found.push({ part, position: a.index + part, time });
      }
      return found;
    },
    last: (frame) => {
      const time = known(frame);
      const due = next() < time + ROUNDING / frameRate;
      return due ? [{ part: 0, position: frame.index, time }] : [];
    },
  };
}
