import type { FlowField, Image, ScalarField } from '../../core/index.ts';
import { flowAt } from './sample-flow.ts';
import { trackImage } from './track-image.ts';
import type { TrackImage } from './track-image.ts';

/** Pixels between the places where a scaffold point is kept. */
const SPACING = 16;
/** Mean squared difference of colours, over the noise, at which a scaffold point is given up. */
const DIFFERENT = 4;
/** Least confidence of a flow that is followed. */
const CONFIDENT = 0.4;
/** Pixels about a point that are compared. */
const REACH = 2;
/** Variance of grey that no noise explains, and the squared error of places. */
const SLACK = 8;
const MISFIT = 0.3;

/** Share of the scaffold that must hold from one frame to the next: nearly all does in a scene, nearly nothing at a cut. */
const CONTINUOUS = 0.5;

/** Whether a share of the scaffold that holds says that two frames show one scene. */
export const isContinuous = (share: number): boolean => share >= CONTINUOUS;

/** A point of no interest of its own: it shows how its surroundings move. */
export interface ScaffoldPoint {
  x: number;
  y: number;
  /** Where it was in the frame before. */
  beforeX: number;
  beforeY: number;
  alive: boolean;
}

/**
 * Points all over the image that follow the flow from frame to frame. Those that get covered or leave the image end, and
 * new ones begin where there are none.
 */
export class Scaffold {
  points: ScaffoldPoint[] = [];
  private cells = new Map<number, ScaffoldPoint[]>();

  /**
   * Follows the flow to the next frame.
   *
   * @returns share of the points that hold, of those that stay in the image
   */
  step(before: TrackImage, image: TrackImage, flow: FlowField, confidence: ScalarField | undefined): number {
    let staying = 0;
    for (const point of this.points) {
      const [u, v] = flowAt(flow, point.x, point.y);
      point.beforeX = point.x;
      point.beforeY = point.y;
      point.x += u;
      point.y += v;
      point.alive = isInside(point, image);
      if (!point.alive) continue;
      staying++;
      point.alive = holds(point, before, image, confidence);
    }
    this.points = this.points.filter(({ alive }) => alive);
    const share = staying ? this.points.length / staying : 0;
    this.fill(image);
    return share;
  }

  /** Ends all points, as at a cut. */
  restart(image: TrackImage): void {
    for (const point of this.points) point.alive = false;
    this.points = [];
    this.fill(image);
  }

  /** The points within about `radius` pixels. */
  *near(x: number, y: number, radius: number): Generator<ScaffoldPoint> {
    const cell = (at: number): number => Math.floor(at / SPACING);
    for (let row = cell(y - radius); row <= cell(y + radius); row++)
      for (let column = cell(x - radius); column <= cell(x + radius); column++)
        yield* this.cells.get(row * 65536 + column) ?? [];
  }

  private fill({ width, height }: TrackImage): void {
    this.cells = new Map();
    for (const point of this.points) this.file(point);
    for (let y = SPACING / 2; y < height - REACH - 1; y += SPACING)
      for (let x = SPACING / 2; x < width - REACH - 1; x += SPACING)
        if (!this.cells.has(Math.floor(y / SPACING) * 65536 + Math.floor(x / SPACING))) {
          const point = { x, y, beforeX: NaN, beforeY: NaN, alive: true };
          this.points.push(point);
          this.file(point);
        }
  }

  private file(point: ScaffoldPoint): void {
    const key = Math.floor(point.y / SPACING) * 65536 + Math.floor(point.x / SPACING);
    const cell = this.cells.get(key);
    if (cell) cell.push(point);
    else this.cells.set(key, [point]);
  }
}

/**
 * Whether two frames show one scene: whether at least half of the points of a grid look the same where the flow takes them.
 *
 * @param flow from the first to the second
 * @param confidence of the flow, 0 to 1: below 0.4 a point does not hold
 * @example
 * import { estimateFlow, loadFlowModel } from 'whither';
 * import { showSameScene } from 'whither/track';
 *
 * const { flow } = await estimateFlow(await loadFlowModel(), imageA, imageB);
 * if (!showSameScene(imageA, imageB, flow)) console.log('a cut');
 */
export function showSameScene(
  before: Image,
  after: Image,
  flow: FlowField,
  confidence?: ScalarField,
): boolean {
  const scaffold = new Scaffold();
  const [first, second] = [trackImage(before), trackImage(after)];
  scaffold.restart(first);
  return isContinuous(scaffold.step(first, second, flow, confidence));
}

const isInside = ({ x, y }: ScaffoldPoint, { width, height }: TrackImage): boolean =>
  x >= REACH && y >= REACH && x < width - 1 - REACH && y < height - 1 - REACH;

/** Whether an image shows about the place of a point what the image before showed. */
function holds(
  { x, y, beforeX, beforeY }: ScaffoldPoint,
  before: TrackImage,
  image: TrackImage,
  confidence: ScalarField | undefined,
): boolean {
  const { width } = image;
  const from = Math.round(beforeY) * width + Math.round(beforeX);
  const to = Math.round(y) * width + Math.round(x);
  if (confidence && confidence.data[from] < CONFIDENT) return false;
  let [sum, slope] = [0, 0];
  for (let dy = -REACH; dy <= REACH; dy++)
    for (let k = dy * width - REACH; k <= dy * width + REACH; k++) {
      sum += (before.grey[from + k] - image.grey[to + k]) ** 2;
      slope += (before.grey[from + k + 1] - before.grey[from + k - 1]) ** 2;
      slope += (before.grey[from + k + width] - before.grey[from + k - width]) ** 2;
    }
  const count = (2 * REACH + 1) ** 2;
  // Places are rounded, which errs by a part of the gradient.
  const variance = 2 * Math.min(before.noise, image.noise) ** 2 + SLACK + (MISFIT * slope) / 4 / count;
  return sum / count < DIFFERENT * variance;
}
