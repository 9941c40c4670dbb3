import { Matrix, solve } from 'ml-matrix';
import type { FeatureMap } from '../../../kernels/types.ts';
import { planTiles } from '../tiles/index.ts';
import type { TilePlan } from '../tiles/index.ts';
import { cropPlanes } from '../field/index.ts';
import type { Window } from '../field/index.ts';
import type { Size } from '../../core/index.ts';

const ROUNDS = 6;

/** Residual, in cells, that leaves a match a quarter of its weight: falling from round to round, no lower than this. */
const LEAST_SCALE = 0.5;
const FIRST_SCALE = 2;

/** Keeps the slopes at zero where matches say nothing of them. */
const RIDGE = [1e-6, 1e-3, 1e-3];

/** Longest side, in cells, of what shares one motion: what is larger is done in windows. */
const WINDOW = 48;

/**
 * The affine motion that most of the sure matches share, of a background mostly, at every cell: least squares,
 * iteratively reweighted, from the weighted medians on. Of large maps each window has its own, blended with those beside.
 *
 * @param matches u and v in cells
 * @param confidence of each match, 0 to 1
 * @returns two planes of the same size, new ones
 */
export function dominantMotion(matches: FeatureMap, confidence: Float32Array): FeatureMap {
  const { height, width } = matches;
  if (Math.max(height, width) <= WINDOW) return { ...matches, data: fitMotion(matches, confidence) };
  const plan = planTiles(matches, WINDOW);
  const out = new Float32Array(2 * height * width);
  const sure: FeatureMap = { channels: 1, height, width, data: confidence };
  for (const window of plan.windows) {
    const own = fitMotion(cropPlanes(matches, window), cropPlanes(sure, window).data);
    addWindow(out, matches, own, window, plan.weights(window));
  }
  return { ...matches, data: out };
}

/** Adds the two planes of a window, weighted. */
function addWindow(
  out: Float32Array,
  { height, width }: Size,
  own: Float32Array,
  window: Window,
  { columns, rows }: ReturnType<TilePlan['weights']>,
): void {
  for (let k = 0, i = 0; k < 2; k++)
    for (let y = 0; y < window.height; y++) {
      let at = (k * height + window.top + y) * width + window.left;
      for (let x = 0; x < window.width; x++, i++, at++) out[at] += columns[x] * rows[y] * own[i];
    }
}

/** The motion of one window, as two planes. */
function fitMotion({ height, width, data }: FeatureMap, confidence: Float32Array): Float32Array {
  const size = height * width;
  const planes = [data.subarray(0, size), data.subarray(size, 2 * size)];
  const place = centredPlaces(height, width);
  let model = planes.map((plane) => [weightedMedian(plane, confidence), 0, 0]);
  for (let round = 1; round <= ROUNDS; round++) {
    const scale = Math.max(LEAST_SCALE, FIRST_SCALE / round);
    model = fitAffine(planes, place, reweigh(planes, place, confidence, model, scale));
  }
  const out = new Float32Array(2 * size);
  for (const [k, [shift, alongX, alongY]] of model.entries())
    for (let i = 0; i < size; i++) out[k * size + i] = shift + alongX * place.x[i] + alongY * place.y[i];
  return out;
}

/** Places of the cells from the middle of the map, in shares of its longer side. */
interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

function centredPlaces(height: number, width: number): Places {
  const side = Math.max(height, width);
  const along = (position: number, count: number): number => (position - (count - 1) / 2) / side;
  const from = (place: (i: number) => number) =>
    Float32Array.from({ length: height * width }, (_, i) => place(i));
  return { x: from((i) => along(i % width, width)), y: from((i) => along(Math.floor(i / width), height)) };
}

/** Confidence, less where a match is far from the model (the weights of Geman and McClure). */
function reweigh(
  [u, v]: Float32Array[],
  { x, y }: Places,
  confidence: Float32Array,
  [modelU, modelV]: number[][],
  scale: number,
): Float64Array {
  const weights = new Float64Array(u.length);
  for (let i = 0; i < u.length; i++) {
    const du = u[i] - modelU[0] - modelU[1] * x[i] - modelU[2] * y[i];
    const dv = v[i] - modelV[0] - modelV[1] * x[i] - modelV[2] * y[i];
    weights[i] = confidence[i] / (1 + (du * du + dv * dv) / (scale * scale)) ** 2;
  }
  return weights;
}

/** Shift and slopes along x and y of each plane, by weighted least squares. */
function fitAffine(planes: Float32Array[], { x, y }: Places, weights: Float64Array): number[][] {
  const left = Matrix.diag(RIDGE);
  const right = Matrix.zeros(3, planes.length);
  const row = new Float64Array(3);
  row[0] = 1;
  for (let i = 0; i < weights.length; i++) {
    row[1] = x[i];
    row[2] = y[i];
    for (let j = 0; j < 3; j++) {
      const weighted = weights[i] * row[j];
      for (let k = 0; k < 3; k++) left.set(j, k, left.get(j, k) + weighted * row[k]);
      for (let p = 0; p < planes.length; p++) right.set(j, p, right.get(j, p) + weighted * planes[p][i]);
    }
  }
  return solve(left, right).transpose().to2DArray();
}

/** The first value beyond which lies half of the weight. */
function weightedMedian(values: Float32Array, weights: Float32Array): number {
  const order = Uint32Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let mass = 0;
  for (const i of order) if ((mass += weights[i]) >= half) return values[i];
  return values[order[order.length - 1]];
}
