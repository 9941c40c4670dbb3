/**
 * Where everything lies in the memory of the SIMD refinement; all places and strides are in bytes.
 *
 * A row of the flow is split into its even columns (E) and its odd columns (O). The two colours of the red-black
 * solver alternate between the halves from row to row, and all neighbours of four cells of one colour lie side
 * by side in the other: to the left and right in the other half of the row, above and below in the same half
 * of the next rows.
 */

import type { RefineSpec } from './types.ts';

export interface Layout extends RefineSpec {
  /** Groups of four columns in each half of a row. */
  readonly groups: number;
  /** Stride of the halves of a row, with room for four values on either side. */
  readonly half: number;
  /**
   * A record holds all that the solver needs of a row: eight halves, `FIELD`, then the equations of E and of O.
   * There is an empty record above the first row and one below the last.
   */
  readonly records: number;
  readonly recordStride: number;
  /** Equations of one half of a row: `EQUATION_VECTORS` vectors for each group. */
  readonly equationsHalf: number;
  /** Motion tensors, E then O: `TENSOR_VECTORS` vectors for each group. */
  readonly tensors: number;
  readonly tensorHalf: number;
  /** The smoothed image A, channel by channel within each row. */
  readonly a: number;
  readonly aStride: number;
  /** The smoothed image B, four values a pixel, with a column and a row to spare. */
  readonly b: number;
  readonly bStride: number;
  /** Raw planes of an image, rows with room on either side; the tensors come later into the same place. */
  readonly raw: number;
  readonly rawStride: number;
  /** Confidence, E then O of each row. */
  readonly confidence: number;
  /** Half the weight of smoothness, E then O of each row. */
  readonly smoothness: number;
  /** The last eight rows of the mean and the change of the images, and their trust; one ring for each thread. */
  readonly ring: number;
  readonly threads: number;
  readonly ringStride: number;
  /** Stride of a channel in the ring; the values begin after `MARGIN`. */
  readonly ringChannel: number;
  readonly pages: number;
}

/** The halves of a record, in their order. */
export const FIELD = { u: 0, v: 2, right: 4, down: 6, count: 8 } as const;
export const EQUATION_VECTORS = 5;
export const TENSOR_VECTORS = 14;
/** Bytes before the first value of a row. */
export const MARGIN = 16;
export const RING_ROWS = 8;

/** Places of the numbers that the code reads: parameters, the same for a whole run. */
export const SCALARS = {
  share: 64,
  centre: 68,
  alpha: 72,
  delta: 76,
  gamma: 80,
  epsilonSquare: 84,
  omega: 88,
  keep: 92,
  flat2: 96,
  flat4: 100,
  /** Of the root of the squared differences over two pixels. */
  edges: 112,
} as const;

/** Places of the integers that the code reads. */
export const COUNTS = {
  /** Half sweeps of one iteration. */
  steps: 104,
  /** Fronts of the solver: its rows and as many more as the last half sweep is behind the first. */
  fronts: 108,
} as const;

/** What a stage of the solver does: its first operation, the one after its last, and the fronts it has done. */
export const STAGE = { at: 128, stride: 64, begin: 0, end: 4, done: 8 } as const;
export const MOST_STAGES = 8;

const PAGE = 65536;
const MOST_BYTES = 2 ** 31 - PAGE;
const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;
/** An odd number of cache lines, so that the halves do not compete for the same few sets of the cache. */
const oddLines = (bytes: number) => roundUp(bytes - 64, 128) + 64;

export function planLayout({ channels, height, width }: RefineSpec, threads: number): Layout {
  const groups = Math.ceil(width / 8);
  const half = oddLines(groups * 16 + 2 * MARGIN);
  const equationsHalf = groups * EQUATION_VECTORS * 16;
  const recordStride = oddLines(FIELD.count * half + 2 * equationsHalf);
  const tensorHalf = groups * TENSOR_VECTORS * 16;
  const padded = groups * 32 + 3 * MARGIN;
  const [aStride, bStride] = [channels * padded, (groups * 8 + 4) * 16];
  const ringStride = 2 * channels * padded + 2 * half;
  let end: number = STAGE.at + MOST_STAGES * STAGE.stride;
  const place = (bytes: number): number => {
    const at = end;
    end = roundUp(at + bytes, 64);
    return at;
  };
  const records = place((height + 2) * recordStride);
  const tensors = place(Math.max(2 * tensorHalf, channels * padded) * height + 64);
  const at = {
    a: place(height * aStride),
    b: place((height + 1) * bStride),
    confidence: place(height * 2 * half),
    smoothness: place(height * 2 * half),
    ring: place(threads * RING_ROWS * ringStride),
  };
  if (end > MOST_BYTES)
    throw new RangeError(
      `Expected an image whose refinement fits in 2 GiB but received ${width} x ${height}, ` +
        `which takes ${(end / 2 ** 30).toFixed(1)} GiB`,
    );
  return {
    ...{
      threads,
      channels,
      height,
      width,
      groups,
      half,
      records,
      recordStride,
      equationsHalf,
      tensors,
      tensorHalf,
    },
    ...{ ...at, aStride, bStride, raw: tensors, rawStride: padded, ringStride, ringChannel: padded },
    pages: Math.ceil((end + 256) / PAGE),
  };
}
