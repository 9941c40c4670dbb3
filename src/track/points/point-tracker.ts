import type { FlowField, ScalarField } from '../../core/index.ts';
import type { PosePrior } from './align.ts';
import { movePose } from './companions.ts';
import { agreedPose, findPeers } from './peers.ts';
import { flowAt } from './sample-flow.ts';
import { Scaffold, isContinuous } from './scaffold.ts';
import { findSurroundings } from './search.ts';
import { FOLLOWING, beginPoint, findNear, noteFrame } from './tracked-point.ts';
import type { Acceptance, TrackedPoint } from './tracked-point.ts';
import type { TrackImage } from './track-image.ts';

/** How far the flow of one frame may be off. */
const STEP: PosePrior = { position: 2, shape: 0.03 };
/** Scaffold points that make the place of a point sure while it is not seen. */
const SURE = 3;
/** Where the scaffold says a point is, it need only look right. */
const CARRIED: Acceptance = { different: 1.3, agreeing: 0.5 };
/** Elsewhere it must look right and have a texture that tells the place. */
const STRAYED: Acceptance = { different: 0.8, agreeing: 0.8, spread: 0.35, correlation: 0.8 };
const PEERS: Acceptance = { different: 0.8, agreeing: 0.75 };
const SEARCHED: Acceptance = { different: 0.8, agreeing: 0.8, spread: 0.3, correlation: 0.8 };
/** Points that the whole image is searched for in one frame: those that have waited longest. */
const SEARCHES = 12;
const CANDIDATES = 3;

/**
 * Follows points from frame to frame. The flow says about where each goes, and the template of its first frame exactly
 * where, so that errors do not add up; whether the template is seen there says whether the point is. A point that is not
 * seen is carried by the scaffold points that moved as it did, and found again where they say, where its peers say, or by a
 * search of the whole image.
 */
export class PointTracker {
  readonly points: TrackedPoint[] = [];
  private readonly scaffold = new Scaffold();
  private before: TrackImage;
  private frame = 0;

  constructor(image: TrackImage) {
    this.before = image;
    this.scaffold.restart(image);
  }

  /** Begins a point in the frame that was given last. */
  add(x: number, y: number): void {
    this.points.push(beginPoint(this.before, x, y));
  }

  /**
   * Goes on to the next frame.
   *
   * @param flow from the frame before to this one
   * @returns whether the two show one scene; at a cut the flow is not heeded
   */
  step(image: TrackImage, flow: FlowField, confidence?: ScalarField): boolean {
    this.frame++;
    const continuous = isContinuous(this.scaffold.step(this.before, image, flow, confidence));
    if (!continuous) this.scaffold.restart(image);
    let missing = this.points.filter((point) => !(continuous && this.follow(point, image, flow)));
    for (const point of missing) this.carry(point);
    missing = missing.filter((point) => !seek(point, image));
    missing = this.askPeers(missing, image);
    if (this.search(missing, image))
      this.askPeers(
        missing.filter(({ visible }) => !visible),
        image,
      );
    for (const point of this.points) noteFrame(point, image, this.frame);
    this.before = image;
    return continuous;
  }

  private follow(point: TrackedPoint, image: TrackImage, flow: FlowField): boolean {
    if (!point.visible) return false;
    const { x, y } = point.pose;
    const [u, v] = flowAt(flow, x, y);
    if (!findNear(point, image, { ...point.pose, x: x + u, y: y + v }, STEP, FOLLOWING)) return false;
    point.companions.watch(this.scaffold, [x, y], [point.pose.x, point.pose.y]);
    return true;
  }

  /** Moves a point that is not seen as its companions move. */
  private carry(point: TrackedPoint): void {
    if (point.visible) point.peers = findPeers(this.points, this.points.indexOf(point));
    point.visible = false;
    point.lost++;
    const motion = point.companions.carry(this.scaffold, point.pose.x, point.pose.y);
    point.support = motion?.support ?? 0;
    if (motion) point.pose = movePose(point.pose, motion);
    // Below one half, for it is not seen; the longer, the less.
    point.confidence = point.support >= SURE ? 0.5 * Math.exp(-point.lost / 10) : 0;
  }

  /** Looks where the points say that moved along and are seen; twice, as one that is found may tell of the next. */
  private askPeers(missing: readonly TrackedPoint[], image: TrackImage): TrackedPoint[] {
    const ask = (point: TrackedPoint): boolean => {
      const start = point.support >= SURE ? null : agreedPose(this.points, point.peers);
      if (!start) return false;
      point.pose = start;
      return findNear(point, image, start, { position: 3, shape: 0.05 }, PEERS);
    };
    const left = missing.filter((point) => !ask(point));
    return left.filter((point) => !ask(point));
  }

  /** Searches the whole image; returns whether a point was found. */
  private search(missing: readonly TrackedPoint[], image: TrackImage): boolean {
    const due = missing.filter(({ surroundings, lost }) => surroundings && lost > 1);
    due.sort((a, b) => a.searched - b.searched);
    const found = due.slice(0, SEARCHES).filter((point) => {
      point.searched = this.frame;
      return findSurroundings(image, point.surroundings!, CANDIDATES).some(([x, y]) =>
        findNear(point, image, { ...point.surroundingsPose, x, y }, { position: 4, shape: 0.06 }, SEARCHED),
      );
    });
    return found.length > 0;
  }
}

/** Looks where a point would be that is not seen; the wider, the longer it has been lost. */
function seek(point: TrackedPoint, image: TrackImage): boolean {
  const sure = point.support >= SURE;
  const position = Math.min(1 + 0.2 * point.lost, 4) * (sure ? 1 : 2);
  const shape = Math.min(0.03 * Math.sqrt(point.lost), 0.15);
  return findNear(point, image, point.pose, { position, shape }, sure ? CARRIED : STRAYED);
}
