import { ShapeError, checkAborted, checkImage, checkOptions, expected } from '../../core/index.ts';
import type { Image, OptionNames } from '../../core/index.ts';
import { carryForward } from '../field/index.ts';
import { checkFlowModel } from '../network/index.ts';
import type { FlowModel } from '../network/index.ts';
import { ESTIMATE_OPTIONS, estimatePair } from './estimate.ts';
import type { EstimateOptions, FlowEstimate } from './estimate.ts';
import { prepareFrame } from './estimate-frame.ts';
import type { PreparedFrame } from '../types.ts';

/** Options of `flowSequence`. */
export interface FlowSequenceOptions extends EstimateOptions {
  /** Pairs that need no flow, by the index of their first frame; their frames are read and passed over. */
  readonly skip?: (index: number) => boolean;
  /**
   * Start each estimate from the motion of the pair before, where nothing better is seen; defaults to false, so that a
   * pair's flow does not depend on where the sequence began. A pyramid network alone does so.
   */
  readonly warmStart?: boolean;
}

export const SEQUENCE_OPTIONS: OptionNames<FlowSequenceOptions> = {
  ...ESTIMATE_OPTIONS,
  skip: true,
  warmStart: true,
};

/**
 * Images in their order, or what holds them, such as the frames of `openFrames`: a list, anything that gives one after the
 * other, or a source as `openFrames` opens.
 */
export type SequenceFrames =
  | Iterable<Image | { readonly image: Image }>
  | AsyncIterable<Image | { readonly image: Image }>
  | { frames(): AsyncIterable<Image | { readonly image: Image }> };

/** The flow from one frame of a sequence to the next. */
export interface SequenceEstimate extends FlowEstimate {
  /** Position of the first of the two frames, from 0. */
  readonly index: number;
  readonly imageA: Image;
  readonly imageB: Image;
}

/**
 * The flow from each frame to the one after it: n frames give n - 1 flows. Each frame is converted, shrunk and encoded
 * once, though it is part of two pairs (`flownet-c` sees the second frame carried back in its later passes, and encodes
 * that); no more than two frames are held.
 *
 * @param frames of one size; a source is not disposed of, since who opened it may walk through it again
 * @throws ShapeError where a frame is not of the first one's size; the reason of `signal` once that is aborted
 * @example
 * import { flowSequence, flowStatistics, loadFlowModel, openFrames } from 'whither';
 *
 * await using model = await loadFlowModel();
 * for await (const { index, flow } of flowSequence(model, await openFrames('clip.mp4'), { preset: 'fast' }))
 *   console.log(`pair ${index}: ${flowStatistics(flow).meanMagnitude} pixels`);
 */
export async function* flowSequence(
  model: FlowModel,
  frames: SequenceFrames,
  options: FlowSequenceOptions = {},
): AsyncGenerator<SequenceEstimate, void, undefined> {
  checkOptions(options, SEQUENCE_OPTIONS, 'flowSequence');
  checkFlowModel(model);
  let index = -1;
  let before: PreparedFrame | undefined;
  let motion = options.initial;
  const warm = (options.warmStart ?? false) && model.manifest.pyramid !== undefined;
  for await (const given of walkFrames(frames)) {
    await checkAborted(options.signal);
    const image = imageOfFrame(given, index + 1);
    const frame = prepareFrame(image, model.manifest.input);
    if (before) checkSize(image, before.image, index + 1);
    if (before && !options.skip?.(index)) {
      const estimate = await estimatePair(model, before, frame, { ...options, initial: motion });
      motion = warm ? carryForward(estimate.flow) : undefined;
      yield Object.assign(estimate, { index, imageA: before.image, imageB: image });
    } else if (before) motion = undefined;
    before = frame;
    index++;
  }
}

/** The image of a frame. */
export const imageOfFrame = (frame: Image | { readonly image: Image }, index: number): Image =>
  checkImage(typeof frame === 'object' && 'image' in frame ? frame.image : frame, `frame ${index}`);

/** What can be walked through of a sequence's frames. */
export function walkFrames(frames: SequenceFrames): Exclude<SequenceFrames, { frames(): unknown }> {
  if (typeof frames === 'object' && frames !== null) {
    if ('frames' in frames) return frames.frames();
    if (Symbol.iterator in frames || Symbol.asyncIterator in frames) return frames;
  }
  const cure = (frames as unknown) instanceof Promise ? 'await it' : '';
  throw expected('images, or a source of frames such as openFrames gives,', 'frames', frames, cure);
}

function checkSize(image: Image, first: Image, index: number): void {
  if (image.width === first.width && image.height === first.height) return;
  throw new ShapeError(
    `Expected frames of one size, ${first.width} x ${first.height}, ` +
      `but frame ${index} is ${image.width} x ${image.height}`,
  );
}
