import { alignTemplate } from './align.ts';
import type { Alignment, PosePrior } from './align.ts';
import { differenceAt } from './appearance.ts';
import { Companions } from './companions.ts';
import { emptyHistory, pushHistory } from './peers.ts';
import type { Peer } from './peers.ts';
import { takeSurroundings } from './search.ts';
import { poseAt, takeTemplate } from './template.ts';
import type { Pose, Template } from './template.ts';
import type { TrackImage } from './track-image.ts';

/** All that is known of a point that is being tracked. */
export interface TrackedPoint {
  /** What surrounded it in the frame where it began. */
  readonly template: Template;
  readonly companions: Companions;
  /** See `emptyHistory`. */
  readonly history: Float32Array;
  /** Points that moved along when this one was last seen. */
  peers: readonly Peer[];
  /** Its wider surroundings as they were seen not long ago, and the pose then. */
  surroundings: Float32Array | null;
  surroundingsPose: Pose;
  /** Frame in which it was last searched for in the whole image. */
  searched: number;
  pose: Pose;
  /** Contrast now over that of the template. */
  light: number;
  visible: boolean;
  /** How sure it is that the point is seen there: 0.5 and more where it is visible. */
  confidence: number;
  /** Frames since it was seen, 0 where it is. */
  lost: number;
  /** Scaffold points that tell where it is while it is not seen. */
  support: number;
}

/** What an image must show to be taken for the point. */
export interface Acceptance {
  /** Most difference in the middle, see `differenceAt`. */
  readonly different: number;
  /** Least share of the template that agrees. */
  readonly agreeing: number;
  /** Most uncertainty of the position, in pixels: plain surroundings tell no place. */
  readonly spread?: number;
  /** Least correlation of grey. */
  readonly correlation?: number;
}

/** From one frame to the next the flow says where to look. */
export const FOLLOWING: Acceptance = { different: 1.5, agreeing: 0.5 };

/** Frames from one view of the surroundings to the next, and the confidence that they need. */
const REFRESH = 5;
const CLEAR = 0.85;
/** Share of a new contrast that is taken on. */
const ADAPTION = 0.3;
/** How many times as bright or as dark a point may get. */
const MOST_BRIGHTNESS = 2;

/** A point that begins in an image. */
export function beginPoint(image: TrackImage, x: number, y: number): TrackedPoint {
  const pose = poseAt(x, y);
  const history = emptyHistory();
  pushHistory(history, x, y);
  const surroundings = takeSurroundings(image, pose);
  return {
    ...{ template: takeTemplate(image, pose), companions: new Companions(), history, peers: [] },
    ...{ surroundings, surroundingsPose: pose, searched: 0, pose, light: 1 },
    ...{ visible: true, confidence: 1, lost: 0, support: 0 },
  };
}

/** Looks for a point near a pose, and takes it there where the image shows it; false where it does not. */
export function findNear(
  point: TrackedPoint,
  image: TrackImage,
  start: Pose,
  prior: PosePrior,
  wanted: Acceptance,
): boolean {
  const alignment = alignTemplate(point.template, image, start, prior, point.light);
  if (!isLike(alignment, wanted) || !isInside(alignment.pose, image)) return false;
  const difference = differenceAt(point.template, image, alignment);
  if (difference >= wanted.different) return false;
  see(point, alignment, difference);
  return true;
}

/** Whether an alignment is one of the same thing, before the middle is looked at. */
function isLike({ agreeing, spread, brightness, correlation }: Alignment, wanted: Acceptance): boolean {
  if (brightness < 1 / MOST_BRIGHTNESS || brightness > MOST_BRIGHTNESS) return false;
  if (spread > (wanted.spread ?? Infinity) || correlation < (wanted.correlation ?? -1)) return false;
  return agreeing > wanted.agreeing;
}

function see(point: TrackedPoint, { pose, gain }: Alignment, difference: number): void {
  point.pose = pose;
  point.light += ADAPTION * (gain - point.light);
  point.visible = true;
  point.confidence = 1 / (1 + (difference / FOLLOWING.different) ** 2);
  point.lost = 0;
}

/** Notes where a point is at the end of a frame, and now and then how its surroundings look. */
export function noteFrame(point: TrackedPoint, image: TrackImage, frame: number): void {
  const { visible, pose, confidence } = point;
  pushHistory(point.history, visible ? pose.x : NaN, visible ? pose.y : NaN);
  if (!visible || frame % REFRESH !== 0 || confidence < CLEAR) return;
  const patch = takeSurroundings(image, pose);
  if (patch) Object.assign(point, { surroundings: patch, surroundingsPose: pose });
}

/** Whether the nearest pixel lies in the image. */
const isInside = ({ x, y }: Pose, { width, height }: TrackImage): boolean =>
  x >= -0.5 && y >= -0.5 && x < width - 0.5 && y < height - 0.5;
