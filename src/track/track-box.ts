import { ShapeError, checkOptions, expected } from '../core/index.ts';
import type { Image, OptionNames, Size } from '../core/index.ts';
import { flowSequence } from '../flow/estimate/index.ts';
import type { SequenceFrames } from '../flow/estimate/index.ts';
import type { FlowModel } from '../flow/network/index.ts';
import { BoxTracker } from './box/index.ts';
import type { Box } from './box/index.ts';
import { keepFirst } from './keep-first.ts';
import { trackImage } from './points/index.ts';
import { TRACK_OPTIONS } from './track-points.ts';
import type { TrackOptions } from './track-points.ts';

/** Options of `trackBox`. */
export type TrackBoxOptions = TrackOptions;

/** Where a box is in one frame. */
export interface TrackedBox {
  /** Position in the sequence, from 0. */
  readonly index: number;
  readonly image: Image;
  /** In pixels, cut off at the image's borders; null where nothing of it is seen. */
  readonly box: Box | null;
  /** Share of what belongs to it that is seen and moves along, 0 to 1. */
  readonly confidence: number;
  /** Whether another scene begins here. */
  readonly cut: boolean;
}

const OPTIONS: OptionNames<TrackBoxOptions> = TRACK_OPTIONS;

/**
 * Follows what is in the middle of a box through a sequence: points within it are tracked as `trackPoints` does, and the box
 * moves and grows by the similarity that most of them agree with. Points that do not move along, such as those of the
 * background in its corners, soon count little. The box does not turn. It is found again after occlusion where enough of its
 * points are.
 *
 * @param frames of one size
 * @param box left and upper border, width and height in the first frame, in pixels; at least partly inside
 * @throws RangeError where the box lies outside of the first frame; ShapeError where a frame is not of the first one's size;
 * the reason of `signal` once that is aborted
 * @example
 * import { loadFlowModel, openFrames, trackBox } from 'whither';
 *
 * await using model = await loadFlowModel();
 * for await (const { index, box } of trackBox(model, await openFrames('clip.mp4'), [120, 80, 64, 48]))
 *   console.log(index, box ?? 'lost');
 */
export async function* trackBox(
  model: FlowModel,
  frames: SequenceFrames,
  box: Box,
  options: TrackBoxOptions = {},
): AsyncGenerator<TrackedBox, void, undefined> {
  checkOptions(options, OPTIONS, 'trackBox');
  checkBox(box);
  let tracker: BoxTracker | undefined;
  const begin = (image: Image): TrackedBox => {
    tracker = new BoxTracker(trackImage(image), checkInside(box, image));
    return { index: 0, image, box, confidence: 1, cut: false };
  };
  const first: { image?: Image } = {};
  for await (const { index, imageA, imageB, flow, confidence } of flowSequence(
    model,
    keepFirst(frames, first),
    options,
  )) {
    if (!tracker) yield begin(imageA);
    const { continuous, ...state } = tracker!.step(trackImage(imageB), flow, confidence);
    yield { index: index + 1, image: imageB, ...state, cut: !continuous };
  }
  if (!first.image) throw new ShapeError('Expected one frame or more but received none');
  // One frame alone makes no pair.
  if (!tracker) yield begin(first.image);
}

function checkBox(box: Box): void {
  const good = Array.isArray(box) && box.length === 4 && box.every(Number.isFinite);
  if (!good || box[2] < 1 || box[3] < 1)
    throw expected('four numbers x, y, width and height, the last two at least 1,', 'box', box);
}

/** The part of a box that lies in the image. */
function checkInside([x, y, width, height]: Box, size: Size): Box {
  const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
  const [right, bottom] = [Math.min(x + width, size.width), Math.min(y + height, size.height)];
  if (right - left >= 1 && bottom - top >= 1) return [left, top, right - left, bottom - top];
  throw new RangeError(
    `Expected a box inside of ${size.width} x ${size.height} pixels ` +
      `but received ${width} x ${height} at (${x}, ${y})`,
  );
}
