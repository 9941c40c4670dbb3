import type { Pose } from './template.ts';

/** Frames that positions are kept for. */
const HISTORY = 6;
const MOST = 8;
/** Peers that must agree on a place, and within how many pixels. */
const AGREEING = 2;
const NEAR = 4;

/** The last positions, x and y interleaved, the newest first; NaN where the point was not seen. */
export const emptyHistory = (): Float32Array => new Float32Array(2 * HISTORY).fill(NaN);

/** What a point needs to be compared with others. */
export interface PeerPoint {
  readonly pose: Pose;
  readonly visible: boolean;
  readonly lost: number;
  readonly history: Float32Array;
}

/** Another tracked point that moved along, and the poses of both when the one was last seen. */
export interface Peer {
  readonly index: number;
  readonly pose: Pose;
  readonly own: Pose;
}

/** Adds a position to a history, whose oldest goes. */
export function pushHistory(history: Float32Array, x: number, y: number): void {
  history.copyWithin(2, 0, history.length - 2);
  history[0] = x;
  history[1] = y;
}

/** The nearest of the points that moved together with one, as far as both were seen. */
export function findPeers(points: readonly PeerPoint[], of: number): Peer[] {
  const self = points[of];
  const found: { index: number; distance: number }[] = [];
  points.forEach((other, index) => {
    if (index === of || other.lost > 3) return;
    const distance = Math.hypot(other.pose.x - self.pose.x, other.pose.y - self.pose.y);
    if (together(self.history, other.history, 1 + 0.08 * distance)) found.push({ index, distance });
  });
  found.sort((a, b) => a.distance - b.distance);
  return found.slice(0, MOST).map(({ index }) => ({ index, pose: points[index].pose, own: self.pose }));
}

function together(a: Float32Array, b: Float32Array, most: number): boolean {
  let [firstX, firstY] = [NaN, NaN];
  let common = 0;
  for (let k = 0; k < HISTORY; k++) {
    const [x, y] = [a[2 * k] - b[2 * k], a[2 * k + 1] - b[2 * k + 1]];
    if (Number.isNaN(x)) continue;
    common++;
    if (Number.isNaN(firstX)) [firstX, firstY] = [x, y];
    else if (Math.hypot(x - firstX, y - firstY) > most) return false;
  }
  return common >= 2;
}

/** Where a point is by its peers, if two or more that are seen agree. */
export function agreedPose(points: readonly PeerPoint[], peers: readonly Peer[]): Pose | null {
  const poses = peers
    .filter(({ index }) => points[index].visible)
    .map((peer) => poseBy(peer, points[peer.index].pose));
  const near = (p: Pose, q: Pose): boolean => Math.hypot(p.x - q.x, p.y - q.y) < NEAR;
  return poses.find((p) => poses.filter((q) => near(p, q)).length >= AGREEING) ?? null;
}

/** Where a point is by a peer that is seen: it turned and grew as the peer did. */
function poseBy({ pose: then, own }: Peer, now: Pose): Pose {
  const determinant = then.a * then.d - then.b * then.c;
  const a = (now.a * then.d - now.b * then.c) / determinant;
  const b = (now.b * then.a - now.a * then.b) / determinant;
  const c = (now.c * then.d - now.d * then.c) / determinant;
  const d = (now.d * then.a - now.c * then.b) / determinant;
  const [u, v] = [own.x - then.x, own.y - then.y];
  return {
    x: now.x + a * u + b * v,
    y: now.y + c * u + d * v,
    a: a * own.a + b * own.c,
    b: a * own.b + b * own.d,
    c: c * own.a + d * own.c,
    d: c * own.b + d * own.d,
  };
}
