import { ShapeError, checkOptions } from '../core/index.ts';
import type { Image, OptionNames } from '../core/index.ts';
import { flowSequence } from '../flow/estimate/index.ts';
import type { EstimateOptions, SequenceFrames } from '../flow/estimate/index.ts';
import type { FlowModel } from '../flow/network/index.ts';
import { keepFirst } from './keep-first.ts';
import { PointTracker, trackImage } from './points/index.ts';
import { checkInside, checkPoints } from './query-points.ts';
import type { CheckedPoint } from './query-points.ts';
import type { QueryPoint, TrackedFrame } from './types.ts';

/** Options of `trackPoints`. */
export interface TrackOptions {
  /** How the flow from frame to frame is estimated: `fast`, `balanced` or `accurate`; defaults to the model's own. */
  readonly preset?: EstimateOptions['preset'];
  /** Ends the work between two steps: what is under way is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

export const TRACK_OPTIONS: OptionNames<TrackOptions> = { preset: true, signal: true };

/**
 * Tracks points through a sequence: where each is in every frame, and whether it is seen there. Frames come one after the
 * other, each is encoded once, and no more than two are held, so memory does not grow with their number.
 *
 * The flow from frame to frame says about where a point goes. The surroundings that it had in its first frame say exactly
 * where, so that errors do not add up, and whether it is occluded. An occluded point is carried by what moved with it, and is
 * found again there, beside points that moved along, or anywhere in the image if it has a texture. After a cut the points
 * are not visible until their scene returns.
 *
 * A point that begins in a later frame is followed from there on; `collectTracks` follows it backwards too.
 *
 * @param frames of one size
 * @param points `{ x, y, frame }`, or `[x, y]` in the first frame
 * @throws RangeError where a point lies outside of its frame, or begins after the last one; ShapeError where a frame is not
 * of the first one's size; the reason of `signal` once that is aborted
 * @example
 * import { loadFlowModel, openFrames, trackPoints } from 'whither';
 *
 * await using model = await loadFlowModel();
 * for await (const { index, points, visible } of trackPoints(model, await openFrames('clip.mp4'), [[320, 180]]))
 *   console.log(`frame ${index}: (${points[0]}, ${points[1]})${visible[0] ? '' : ', not visible'}`);
 */
export async function* trackPoints(
  model: FlowModel,
  frames: SequenceFrames,
  points: readonly (QueryPoint | readonly [number, number])[],
  options: TrackOptions = {},
): AsyncGenerator<TrackedFrame, void, undefined> {
  checkOptions(options, TRACK_OPTIONS, 'trackPoints');
  const run = new Run(checkPoints(points));
  const firstFrame: { image?: Image } = {};
  for await (const pair of flowSequence(model, keepFirst(frames, firstFrame), options)) {
    if (pair.index === 0) yield run.begin(pair.imageA);
    const { index, imageB, flow, confidence } = pair;
    yield run.next(index + 1, imageB, (image, tracker) => tracker.step(image, flow, confidence));
  }
  // One frame alone makes no pair.
  if (!run.begun && firstFrame.image) yield run.begin(firstFrame.image);
  run.finish();
}

/** The points in the order they were given in, and the tracker that takes each on when its frame comes. */
class Run {
  private tracker?: PointTracker;
  /** Position in the tracker of each point; -1 before it begins. */
  private readonly places: Int32Array;
  private readonly points: readonly CheckedPoint[];
  private frames = 0;

  constructor(points: readonly CheckedPoint[]) {
    this.points = points;
    this.places = new Int32Array(points.length).fill(-1);
  }

  get begun(): boolean {
    return this.frames > 0;
  }

  begin(image: Image): TrackedFrame {
    checkInside(this.points, image);
    this.tracker = new PointTracker(trackImage(image));
    return this.state(0, image, false);
  }

  next(
    index: number,
    image: Image,
    step: (image: ReturnType<typeof trackImage>, tracker: PointTracker) => boolean,
  ): TrackedFrame {
    const continuous = step(trackImage(image), this.tracker!);
    return this.state(index, image, !continuous);
  }

  finish(): void {
    const late = this.places.indexOf(-1);
    if (late < 0) return;
    if (!this.begun) throw new ShapeError('Expected one frame or more but received none');
    throw new RangeError(
      `Expected points that begin in frames 0 to ${this.frames - 1} ` +
        `but received points[${late}] in frame ${this.points[late].frame}`,
    );
  }

  private state(index: number, image: Image, cut: boolean): TrackedFrame {
    this.frames = index + 1;
    this.admit(index);
    const count = this.points.length;
    const points = new Float32Array(2 * count).fill(NaN);
    const [visible, confidence] = [new Uint8Array(count), new Float32Array(count)];
    this.places.forEach((place, i) => {
      if (place < 0) return;
      const point = this.tracker!.points[place];
      points[2 * i] = point.pose.x;
      points[2 * i + 1] = point.pose.y;
      visible[i] = point.visible ? 1 : 0;
      confidence[i] = point.confidence;
    });
    return { index, image, points, visible, confidence, cut };
  }

  private admit(index: number): void {
    this.points.forEach(({ x, y, frame }, i) => {
      if (frame !== index) return;
      this.places[i] = this.tracker!.points.length;
      this.tracker!.add(x, y);
    });
  }
}
