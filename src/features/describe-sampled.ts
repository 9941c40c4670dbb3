/** SIFT's histograms from few samples: a fifth of the time, for pictures whose scales are much alike. */

import { finishDescriptor, SIFT_LENGTH } from './describe-sift.ts';
import { directionOf, TURN } from './directions.ts';
import { placeOf } from './scale-space.ts';
import type { Place, ScaleSpace } from './scale-space.ts';
import type { DescriptorKind, Descriptors, Keypoints } from './types.ts';

const CELLS = 4;
const DIRECTIONS = 8;
/** Side of a cell in multiples of the keypoint's scale, and samples along it. */
const CELL_SIDE = 3;
const SAMPLES = 3;

/** A place of the grid of samples: where it is, and what its gradient counts in the cells around it. */
interface Sample {
  /** In cells from the keypoint, along its direction and across. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Four cells a sample, by where their directions begin in the histogram, and the shares of each. */
  readonly cells: Uint8Array;
  readonly shares: Float64Array;
}

const GRID = planSamples();
const histogram = new Float64Array(SIFT_LENGTH);

/** Half a cell around the 4 x 4 matters too, since gradients are shared among the nearest cells. */
function planSamples(): Sample {
  const side = (CELLS + 1) * SAMPLES;
  const count = side * side;
  const out: Sample = {
    u: new Float64Array(count),
    v: new Float64Array(count),
    cells: new Uint8Array(4 * count),
    shares: new Float64Array(4 * count),
  };
  for (let k = 0; k < count; k++) {
    const u = ((k % side) + 0.5) / SAMPLES - (CELLS + 1) / 2;
    const v = (Math.floor(k / side) + 0.5) / SAMPLES - (CELLS + 1) / 2;
    out.u[k] = u;
    out.v[k] = v;
    const weight = Math.exp(-(u * u + v * v) / (CELLS * CELLS * 0.5));
    shareAmongCells(out, k, u + CELLS / 2 - 0.5, v + CELLS / 2 - 0.5, weight);
  }
  return out;
}

function shareAmongCells(
  { cells, shares }: Sample,
  k: number,
  column: number,
  row: number,
  weight: number,
): void {
  const [c, r] = [Math.floor(column), Math.floor(row)];
  for (let q = 0; q < 4; q++) {
    const [x, y] = [c + (q & 1), r + (q >> 1)];
    if (x < 0 || y < 0 || x >= CELLS || y >= CELLS) continue;
    cells[4 * k + q] = (y * CELLS + x) * DIRECTIONS;
    shares[4 * k + q] = weight * (1 - Math.abs(column - x)) * (1 - Math.abs(row - y));
  }
}

/** As `describeSift`, from 225 samples a keypoint instead of all pixels. */
export function describeSampled(space: ScaleSpace, keypoints: Keypoints, kind: DescriptorKind): Descriptors {
  const count = keypoints.scales.length;
  const data = new Float32Array(count * SIFT_LENGTH);
  for (let i = 0; i < count; i++) {
    const place = placeOf(space, keypoints.points[2 * i], keypoints.points[2 * i + 1], keypoints.scales[i]);
    const out = data.subarray(i * SIFT_LENGTH, (i + 1) * SIFT_LENGTH);
    collectSamples(place, keypoints.angles[i], out);
    finishDescriptor(out, kind);
  }
  return { count, length: SIFT_LENGTH, data };
}

/** Shares the gradient at every sample, taken at the nearest pixel, among four cells and two directions. */
function collectSamples({ octave, layer, x, y, sigma }: Place, angle: number, out: Float32Array): void {
  const { u, v, cells, shares } = GRID;
  const { width, height } = octave;
  const cos = Math.cos(angle) * CELL_SIDE * sigma;
  const sin = Math.sin(angle) * CELL_SIDE * sigma;
  histogram.fill(0);
  // A direction is a whole number, TURN of them a turn.
  const turned = Math.round((angle * TURN) / (2 * Math.PI));
  const perBin = TURN / DIRECTIONS;
  for (let k = 0; k < u.length; k++) {
    const px = (x + cos * u[k] - sin * v[k] + 0.5) | 0;
    const py = (y + sin * u[k] + cos * v[k] + 0.5) | 0;
    if (px < 1 || py < 1 || px > width - 2 || py > height - 2) continue;
    const i = py * width + px;
    const dx = layer[i + 1] - layer[i - 1];
    const dy = layer[i + width] - layer[i - width];
    const size = Math.sqrt(dx * dx + dy * dy);
    const direction = (directionOf(dx, dy, size) - turned) & (TURN - 1);
    const d = (direction / perBin) | 0;
    const e = (d + 1) & (DIRECTIONS - 1);
    const upper = size * (direction / perBin - d);
    const lower = size - upper;
    for (let q = 4 * k; q < 4 * k + 4; q++) {
      histogram[cells[q] + d] += shares[q] * lower;
      histogram[cells[q] + e] += shares[q] * upper;
    }
  }
  out.set(histogram);
}
