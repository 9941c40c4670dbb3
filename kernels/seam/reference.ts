import { FARTHEST, FLAT, NEVER, PULL, UNIT } from './types.ts';
import type { SeamLayer, SeamWeights, Window } from './types.ts';

/** The definition of `weighSeam`. */
export function weighReference(fresh: SeamLayer, old: SeamLayer, window: Window): SeamWeights {
  const { width, height } = window;
  const costs = new Float32Array(width * height).fill(-1);
  const terminals = new Int32Array(width * height);
  for (let j = 0, k = 0; j < height; j++)
    for (let i = 0; i < width; i++, k++) {
      const [x, y] = [window.x + i, window.y + j];
      if (!shows(fresh, x, y)) continue;
      if (!shows(old, x, y)) {
        terminals[k] = -1;
        continue;
      }
      const differs = [0, 1, 2].reduce(
        (sum, c) => sum + Math.abs(colourAt(fresh, x, y, c) - colourAt(old, x, y, c)),
        0,
      );
      // Half of the sum with each neighbour is taken where the tie is made.
      costs[k] = differs / (FLAT + gradient(fresh, x, y, inArea) + gradient(old, x, y, shows));
      const farther = Math.max(-FARTHEST, Math.min(FARTHEST, depthAt(old, x, y) - depthAt(fresh, x, y)));
      terminals[k] = Math.round((PULL * farther) / FARTHEST) + mustBe(fresh, old, x, y);
    }
  return { terminals, ...tie(costs, window) };
}

const SIDES = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];

/** Beside what only the old layer shows a pixel stays with it, beside what only the new one shows with that. */
function mustBe(fresh: SeamLayer, old: SeamLayer, x: number, y: number): number {
  const beside = (a: SeamLayer, b: SeamLayer): boolean =>
    SIDES.some(([i, j]) => shows(a, x + i, y + j) && !shows(b, x + i, y + j));
  return (beside(old, fresh) ? NEVER : 0) - (beside(fresh, old) ? NEVER : 0);
}

function tie(costs: Float32Array, { width, height }: Window): { right: Int32Array; down: Int32Array } {
  const right = new Int32Array(costs.length);
  const down = new Int32Array(costs.length);
  const between = (k: number, other: number): number =>
    costs[k] >= 0 && costs[other] >= 0 ? 1 + Math.round(UNIT * (costs[k] + costs[other])) : 0;
  for (let k = 0; k < costs.length; k++) {
    if ((k % width) + 1 < width) right[k] = between(k, k + 1);
    if (k + width < width * height) down[k] = between(k, k + width);
  }
  return { right, down };
}

type At = (layer: SeamLayer, x: number, y: number) => boolean;

const inArea: At = ({ area }, x, y) =>
  x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
const placeOf = ({ area }: SeamLayer, x: number, y: number): number => (y - area.y) * area.width + x - area.x;
const shows: At = (layer, x, y) => inArea(layer, x, y) && layer.inside[placeOf(layer, x, y)] === 1;
const depthAt = (layer: SeamLayer, x: number, y: number): number => layer.depth[placeOf(layer, x, y)];
const colourAt = (layer: SeamLayer, x: number, y: number, c: number): number =>
  layer.rgb[3 * placeOf(layer, x, y) + c];

/** The change of green across a pixel, which stands in for neighbours that do not count. */
function gradient(layer: SeamLayer, x: number, y: number, counts: At): number {
  const [left, right, up, down] = SIDES.map(([i, j]) =>
    counts(layer, x + i, y + j) ? colourAt(layer, x + i, y + j, 1) : colourAt(layer, x, y, 1),
  );
  return Math.abs(right - left) + Math.abs(down - up);
}
