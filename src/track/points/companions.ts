import type { Pose } from './template.ts';
import type { Scaffold, ScaffoldPoint } from './scaffold.ts';

/** How many scaffold points go with a tracked one. */
const MOST = 12;
const RADIUS = 48;
/** How far a turn or a change of scale moves what is a pixel away, from one frame to the next. */
const TURNING = 0.03;

/** Movement of the surroundings from the frame before: a similarity about a centre. */
export interface LocalMotion {
  /** Where the tracked point goes. */
  readonly x: number;
  readonly y: number;
  /** Turn and scale: the matrix [[a, -b], [b, a]]. */
  readonly a: number;
  readonly b: number;
  /** Scaffold points that agree. */
  readonly support: number;
}

interface Companion {
  readonly point: ScaffoldPoint;
  /** Running mean of how far it moved otherwise than the tracked point, in pixels beyond what turning explains. */
  error: number;
  frames: number;
}

/** The scaffold points that move as a tracked point does: they tell where it goes while it is covered. */
export class Companions {
  private list: Companion[] = [];

  /** Compares how the scaffold moved with how the point did, while it is seen. */
  watch(scaffold: Scaffold, from: readonly [number, number], to: readonly [number, number]): void {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    this.list = this.list.filter(({ point }) => point.alive);
    for (const companion of this.list) {
      const { point } = companion;
      if (Number.isNaN(point.beforeX)) continue;
      const error = deviation(point, from, dx, dy);
      companion.frames++;
      companion.error += (error - companion.error) / Math.min(companion.frames, 6);
      // One clear disagreement is enough to be of another object.
      if (error > 2) companion.error = Math.max(companion.error, error);
    }
    this.list = this.list.filter(({ error }) => error < 1);
    this.recruit(scaffold, to[0], to[1], (point) => deviation(point, from, dx, dy));
  }

  /** Where a point goes that is not seen, by its companions; null where none is left. */
  carry(scaffold: Scaffold, x: number, y: number): LocalMotion | null {
    this.list = this.list.filter(({ point }) => point.alive);
    const used = this.list.filter(({ point, frames }) => !Number.isNaN(point.beforeX) && frames >= 1);
    const motion = fitLocal(
      used.map(({ point }) => point),
      x,
      y,
    );
    if (!motion) return null;
    this.list = this.list.filter(
      ({ point }) => Number.isNaN(point.beforeX) || residual(motion, point, x, y) < 2,
    );
    for (const companion of this.list) companion.frames++;
    if (motion.support >= 3)
      this.recruit(scaffold, motion.x, motion.y, (point) => residual(motion, point, x, y));
    return motion;
  }

  private recruit(scaffold: Scaffold, x: number, y: number, errorOf: (point: ScaffoldPoint) => number): void {
    if (this.list.length >= MOST) return;
    const known = new Set(this.list.map(({ point }) => point));
    const found: { point: ScaffoldPoint; distance: number; error: number }[] = [];
    for (const point of scaffold.near(x, y, RADIUS)) {
      if (known.has(point)) continue;
      const error = errorOf(point);
      if (error < 0.5) found.push({ point, error, distance: Math.hypot(point.x - x, point.y - y) });
    }
    found.sort((p, q) => p.distance - q.distance);
    for (const { point, error } of found.slice(0, MOST - this.list.length))
      this.list.push({ point, error, frames: 0 });
  }
}

/** Pixels by which a scaffold point moved otherwise than (dx, dy), beyond what a turn explains; NaN where it is new. */
function deviation(point: ScaffoldPoint, from: readonly [number, number], dx: number, dy: number): number {
  const away = Math.hypot(point.x - point.beforeX - dx, point.y - point.beforeY - dy);
  const reach = Math.hypot(point.beforeX - from[0], point.beforeY - from[1]);
  return Math.max(0, away - TURNING * reach);
}

function residual({ x: toX, y: toY, a, b }: LocalMotion, point: ScaffoldPoint, x: number, y: number): number {
  const [u, v] = [point.beforeX - x, point.beforeY - y];
  return Math.hypot(point.x - toX - (a * u - b * v), point.y - toY - (b * u + a * v));
}

/** Robust similarity of the movement about (x, y), by reweighted least squares; turn and scale are held near none. */
function fitLocal(points: readonly ScaffoldPoint[], x: number, y: number): LocalMotion | null {
  if (!points.length) return null;
  const median = (values: number[]): number => values.sort((p, q) => p - q)[values.length >> 1];
  let motion: LocalMotion = {
    x: x + median(points.map((p) => p.x - p.beforeX)),
    y: y + median(points.map((p) => p.y - p.beforeY)),
    a: 1,
    b: 0,
    support: 0,
  };
  for (let step = 0; step < 4; step++) {
    const weights = points.map((p) => 1 / (1 + residual(motion, p, x, y) ** 2));
    motion = weighted(points, weights, x, y);
  }
  const support = points.filter((p) => residual(motion, p, x, y) < 1.5).length;
  return { ...motion, support };
}

function weighted(
  points: readonly ScaffoldPoint[],
  weights: readonly number[],
  x: number,
  y: number,
): LocalMotion {
  let [w, mu, mv, mx, my] = [0, 0, 0, 0, 0];
  points.forEach((p, i) => {
    w += weights[i];
    mu += weights[i] * (p.beforeX - x);
    mv += weights[i] * (p.beforeY - y);
    mx += weights[i] * p.x;
    my += weights[i] * p.y;
  });
  [mu, mv, mx, my] = [mu / w, mv / w, mx / w, my / w];
  // As if a part of the weight lay at a distance and did not turn.
  const hold = 100;
  let [dot, cross, square] = [hold, 0, hold];
  points.forEach((p, i) => {
    const [u, v] = [p.beforeX - x - mu, p.beforeY - y - mv];
    const [s, t] = [p.x - mx, p.y - my];
    dot += weights[i] * (u * s + v * t);
    cross += weights[i] * (u * t - v * s);
    square += weights[i] * (u * u + v * v);
  });
  const [a, b] = [dot / square, cross / square];
  return { x: mx - (a * mu - b * mv), y: my - (b * mu + a * mv), a, b, support: 0 };
}

/** The pose after a movement: turned and scaled with it. */
export function movePose(pose: Pose, { x, y, a, b }: LocalMotion): Pose {
  return {
    ...{ x, y, a: a * pose.a - b * pose.c, b: a * pose.b - b * pose.d },
    ...{ c: b * pose.a + a * pose.c, d: b * pose.b + a * pose.d },
  };
}
