import { splatForward } from '../warp/index.ts';
import type { SplatOutput } from '../warp/index.ts';
import { fillHoles } from './fill-holes.ts';
import type { BetweenInput, BetweenLayer, BetweenSide } from './types.ts';

/** Values that a pixel carries to the frame between: its path, its flow, whether the other image shows it, its importance. */
const CARRIED = 6;
/** Share of a pixel that must be covered. */
const COVERED = 0.25;
/** Power of the coverage that a layer counts by: where the motion tears, it covers a part alone, and the other image tells more. */
const TORN = 4;
/** Pixels, and share of their length, within which the motions that the two images tell are one. */
const SAME = 1;
const SAME_SHARE = 0.05;

/**
 * Where the pixels of a frame between two images lie in both: each image throws its motion along its paths onto the frame
 * between (softmax splatting, Niklaus and Liu 2020). Where the two agree, both layers have the average; else each has its
 * own. A place that one image alone shows is taken from it. A hole gets the motion about it.
 *
 * @returns what A tells, and what B tells
 * @example
 * import { mixBetween, motionBetween } from 'whither/kernels';
 *
 * const [width, height] = [64, 48];
 * const values = (count: number) => new Float32Array(width * height * count);
 * const side = { rgb: new Uint8Array(width * height * 3), flow: values(2), path: values(2) };
 * const still = { ...side, visible: values(1).fill(1), importance: values(1) };
 * const input = { width, height, a: still, b: still, time: 0.5 };
 * const rgb = mixBetween(input, motionBetween(input));
 */
export function motionBetween(input: BetweenInput): [BetweenLayer, BetweenLayer] {
  const { width, height, a, b, time } = input;
  const layers: [BetweenLayer, BetweenLayer] = [
    toLayer(land(a, width, height), 1 - time, 0),
    toLayer(land(b, width, height), time, 2),
  ];
  agree(layers);
  fillHoles(layers, width, height);
  return layers;
}

/** Throws what the pixels of an image know onto the frame between. */
function land(side: BetweenSide, width: number, height: number): SplatOutput {
  const { flow, path, visible, importance } = side;
  const values = new Float32Array(CARRIED * visible.length);
  for (let i = 0, k = 0; i < visible.length; i++, k += CARRIED) {
    values[k] = path[2 * i];
    values[k + 1] = path[2 * i + 1];
    values[k + 2] = flow[2 * i];
    values[k + 3] = flow[2 * i + 1];
    values[k + 4] = visible[i];
    values[k + 5] = importance[i];
  }
  return splatForward({ width, height, channels: CARRIED, values, flow: path, importance });
}

/**
 * @param near what the image itself counts if both show a pixel
 * @param own where the places in the image itself lie among the four values
 */
function toLayer({ values, coverage }: SplatOutput, near: number, own: 0 | 2): BetweenLayer {
  const pixels = coverage.length;
  const places = new Float32Array(4 * pixels);
  const [share, weight] = [new Float32Array(pixels), new Float32Array(pixels)];
  const other = 2 - own;
  for (let i = 0, k = 0; i < pixels; i++, k += CARRIED) {
    if (coverage[i] < COVERED) continue;
    places[4 * i + own] = -values[k];
    places[4 * i + own + 1] = -values[k + 1];
    places[4 * i + other] = values[k + 2] - values[k];
    places[4 * i + other + 1] = values[k + 3] - values[k + 1];
    const far = (1 - near) * values[k + 4];
    share[i] = (own === 0 ? far : near) / (near + far);
    weight[i] = Math.min(1, coverage[i]) ** TORN * Math.exp(values[k + 5]);
  }
  return { places, share, weight };
}

/** Replaces what both layers tell by its average where it is one motion. */
function agree([a, b]: readonly [BetweenLayer, BetweenLayer]): void {
  const [p, q] = [a.places, b.places];
  for (let i = 0, k = 0; i < a.weight.length; i++, k += 4) {
    const sum = a.weight[i] + b.weight[i];
    if (a.weight[i] === 0 || b.weight[i] === 0) continue;
    const [u, v] = [p[k + 2] - p[k], p[k + 3] - p[k + 1]];
    const apart = Math.hypot(u - q[k + 2] + q[k], v - q[k + 3] + q[k + 1]);
    if (apart > SAME + SAME_SHARE * Math.hypot(u, v)) continue;
    const part = b.weight[i] / sum;
    for (let c = k; c < k + 4; c++) p[c] += part * (q[c] - p[c]);
    a.share[i] += part * (b.share[i] - a.share[i]);
    a.weight[i] = sum;
    b.weight[i] = 0;
  }
}
