import type { FlowField, ScalarField } from '../../core/index.ts';
import { PointTracker } from '../points/index.ts';
import type { TrackImage } from '../points/index.ts';
import { errorOf, fitSimilarity } from './fit-similarity.ts';
import type { Similarity, WeightedPair } from './fit-similarity.ts';

/** A box in pixels: its left and upper border, its width and its height, not whole numbers in general. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** Where the box is in a frame. */
export interface BoxState {
  /** Null where nothing of it is seen. */
  readonly box: Box | null;
  /** Share of what belongs to it that is seen and agrees, 0 to 1. */
  readonly confidence: number;
}

/** Points to a side of the grid in the box. */
const SIDE = 9;
/** Pixels within which a point goes with the box. */
const AGREEING = 3;
/** Points that must go with the box. */
const LEAST = 3;
/** Spread of what the points count at first, in halves of the box: its corners often show what lies behind. */
const SPREAD = 0.6;
/** Share by which what a point counts changes in a frame. */
const LEARNING = 0.15;

/**
 * Follows what moves as the middle of a box does: points on a grid within it, each by its template, and the similarity that
 * most of them agree with. Points that disagree soon count little.
 */
export class BoxTracker {
  private readonly tracker: PointTracker;
  private readonly homes: (readonly [number, number])[] = [];
  private readonly weights: Float64Array;
  private readonly box: Box;
  private pose: Similarity = { a: 1, b: 0, x: 0, y: 0 };

  constructor(image: TrackImage, box: Box) {
    this.box = box;
    this.tracker = new PointTracker(image);
    const [left, top, width, height] = box;
    const weights: number[] = [];
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++) {
        const [u, v] = [(2 * column + 1) / SIDE - 1, (2 * row + 1) / SIDE - 1];
        const home = [left + ((u + 1) / 2) * width - 0.5, top + ((v + 1) / 2) * height - 0.5] as const;
        this.homes.push(home);
        this.tracker.add(...home);
        weights.push(Math.exp(-(u * u + v * v) / (2 * SPREAD * SPREAD)));
      }
    this.weights = Float64Array.from(weights);
  }

  /** Goes on to the next frame; see `PointTracker`. */
  step(image: TrackImage, flow: FlowField, confidence?: ScalarField): BoxState & { continuous: boolean } {
    const continuous = this.tracker.step(image, flow, confidence);
    const pairs = this.pairs();
    const found = fitSimilarity(pairs, this.start(pairs));
    if (!found) return { box: null, confidence: 0, continuous };
    const agrees = pairs.map((pair) => pair.weight > 0 && errorOf(found, pair) < AGREEING);
    const share = this.learn(pairs, agrees);
    if (agrees.filter(Boolean).length < LEAST) return { box: null, confidence: 0, continuous };
    this.pose = found;
    return { box: this.boxAt(found, image), confidence: share, continuous };
  }

  private pairs(): WeightedPair[] {
    return this.tracker.points.map(({ pose, visible }, i) => ({
      from: this.homes[i],
      to: [pose.x, pose.y],
      weight: visible ? this.weights[i] : 0,
    }));
  }

  /** The pose before, moved by the median of what counts. */
  private start(pairs: readonly WeightedPair[]): Similarity {
    const { a, b, x, y } = this.pose;
    const seen = pairs.filter(({ weight }) => weight > 0.3);
    const used = seen.length ? seen : pairs.filter(({ weight }) => weight > 0);
    if (!used.length) return this.pose;
    const middle = (values: number[]): number => values.sort((p, q) => p - q)[values.length >> 1];
    return {
      ...{ a, b },
      x: x + middle(used.map(({ from, to }) => to[0] - (a * from[0] - b * from[1] + x))),
      y: y + middle(used.map(({ from, to }) => to[1] - (b * from[0] + a * from[1] + y))),
    };
  }

  /** Lets points count as they agree; returns the share of the weight that does. */
  private learn(pairs: readonly WeightedPair[], agrees: readonly boolean[]): number {
    let [agreeing, total] = [0, 0];
    pairs.forEach(({ weight }, i) => {
      total += this.weights[i];
      if (agrees[i]) agreeing += this.weights[i];
      if (weight > 0) this.weights[i] += LEARNING * ((agrees[i] ? 1 : 0.02) - this.weights[i]);
    });
    return total > 0 ? agreeing / total : 0;
  }

  /** The box about its middle, as much larger as the similarity says, cut off at the image's borders. */
  private boxAt({ a, b, x, y }: Similarity, { width, height }: TrackImage): Box | null {
    const [left, top, boxWidth, boxHeight] = this.box;
    const scale = Math.hypot(a, b);
    const [u, v] = [left + boxWidth / 2 - 0.5, top + boxHeight / 2 - 0.5];
    const [middleX, middleY] = [a * u - b * v + x + 0.5, b * u + a * v + y + 0.5];
    const [halfX, halfY] = [(boxWidth * scale) / 2, (boxHeight * scale) / 2];
    const [x0, y0] = [Math.max(0, middleX - halfX), Math.max(0, middleY - halfY)];
    const [x1, y1] = [Math.min(width, middleX + halfX), Math.min(height, middleY + halfY)];
    return x1 > x0 && y1 > y0 ? [x0, y0, x1 - x0, y1 - y0] : null;
  }
}
