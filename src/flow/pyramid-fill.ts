import type { FeatureMap } from '../../kernels/types.ts';

/** Side of the square that is averaged, twice. */
const SIDE = 5;

/** Confidence that counts for about half: a match is a guess among all cells, so even an unsure one says much. */
const DOUBT = 0.15;

/** Keeps the mean of nothing at zero. */
const LEAST_CONFIDENCE = 1e-3;

/**
 * The match where it is sure; elsewhere `initial`, or else the mean of the sure matches around. Between them the share
 * of the match grows with its confidence, steeply at first.
 *
 * @param flow u and v of the match, in cells
 * @param confidence of the match, 0 to 1, one plane of the same size
 * @param initial u and v, of the same size
 * @returns two planes, new ones
 */
export function fillUnsure(flow: FeatureMap, confidence: FeatureMap, initial?: FeatureMap): FeatureMap {
  const { height, width } = flow;
  const size = height * width;
  const other = initial?.data ?? surroundings(flow, confidence.data);
  const data = flow.data.map((value, i) => {
    const sure = confidence.data[i % size];
    return other[i] + ((sure * (1 + DOUBT)) / (sure + DOUBT)) * (value - other[i]);
  });
  return { channels: 2, height, width, data };
}

/** The mean of the matches around each cell, weighted by their confidence. */
function surroundings({ height, width, data }: FeatureMap, confidence: Float32Array): Float32Array {
  const size = height * width;
  const blur = (plane: Float32Array) => averageAround(averageAround(plane, height, width), height, width);
  const weight = blur(confidence);
  const out = new Float32Array(2 * size);
  for (const from of [0, size]) {
    const sum = blur(data.subarray(from, from + size).map((value, i) => value * confidence[i]));
    for (let i = 0; i < size; i++) out[from + i] = sum[i] / (weight[i] + LEAST_CONFIDENCE);
  }
  return out;
}

/** The mean of 5 x 5 cells; what lies outside the map counts as zero. */
function averageAround(plane: Float32Array, height: number, width: number): Float32Array {
  const rows = sumAround(plane, height, width, 1, width);
  return sumAround(rows, width, height, width, 1).map((sum) => sum / (SIDE * SIDE));
}

/** Sums of five neighbours along one axis of `count` cells, `step` apart, on each of `lines` lines. */
function sumAround(
  plane: Float32Array,
  lines: number,
  count: number,
  step: number,
  lineStep: number,
): Float32Array {
  const out = new Float32Array(plane.length);
  const reach = (SIDE - 1) / 2;
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < count; i++) {
      let sum = 0;
      const end = Math.min(count - 1, i + reach);
      for (let k = Math.max(0, i - reach); k <= end; k++) sum += plane[line * lineStep + k * step];
      out[line * lineStep + i * step] = sum;
    }
  return out;
}
