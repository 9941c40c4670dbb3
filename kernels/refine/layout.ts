/** Where everything lies in the memory of the compiled refinement; all addresses and strides are in bytes. */

import type { RefineSpec } from './types.ts';

export interface Layout {
  readonly pages: number;
  /** The fields of `Sizes` in kernels/assembly/refine/layout.ts, in their order. */
  readonly sizes: Sizes;
}

export type Sizes = ReturnType<typeof planSizes>;

/** Bytes before the first value of a row. */
export const MARGIN = 16;

/** Where the parameters of a run go, in the order of the class `Parameters`. */
export const PARAMETERS = 192;

/** Where the stages of the solver go: `done`, `begin` and `end` each. */
export const STAGES = { at: 256, stride: 64 } as const;
export const MOST_STAGES = 8;

const RING_ROWS = 8;
const HALVES = 8;
const EQUATION_VECTORS = 5;
const TENSOR_VECTORS = 14;

const PAGE = 65536;
const MOST_BYTES = 2 ** 31 - PAGE;
const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;
/** An odd number of cache lines, so that the halves do not compete for the same few sets of the cache. */
const oddLines = (bytes: number) => roundUp(bytes - 64, 128) + 64;

/** @throws RangeError for an image that needs more than 2 GiB of work */
export function planLayout(spec: RefineSpec, threads: number): Layout {
  let end: number = STAGES.at + MOST_STAGES * STAGES.stride;
  const sizes = planSizes(spec, threads, (bytes) => {
    const at = end;
    end = roundUp(at + bytes, 64);
    return at;
  });
  if (end > MOST_BYTES)
    throw new RangeError(
      `Expected an image whose refinement fits in 2 GiB but received ${spec.width} x ${spec.height}, ` +
        `which takes ${(end / 2 ** 30).toFixed(1)} GiB`,
    );
  return { sizes, pages: Math.ceil((end + 256) / PAGE) };
}

function planSizes(
  { channels, height, width }: RefineSpec,
  threads: number,
  place: (bytes: number) => number,
) {
  const groups = Math.ceil(width / 8);
  const half = oddLines(groups * 16 + 2 * MARGIN);
  const equationsHalf = groups * EQUATION_VECTORS * 16;
  const recordStride = oddLines(HALVES * half + 2 * equationsHalf);
  const tensorHalf = groups * TENSOR_VECTORS * 16;
  const rawStride = groups * 32 + 3 * MARGIN;
  const [aStride, bStride] = [channels * rawStride, (groups * 8 + 4) * 16];
  const ringStride = 2 * channels * rawStride + 2 * half;
  const records = place((height + 2) * recordStride);
  const tensors = place(Math.max(2 * tensorHalf, channels * rawStride) * height + 64);
  return {
    ...{ channels, height, width, groups, half, records, recordStride, equationsHalf },
    ...{ tensors, tensorHalf, a: place(height * aStride), aStride },
    ...{ b: place((height + 1) * bStride), bStride, raw: tensors, rawStride },
    confidence: place(height * 2 * half),
    smoothness: place(height * 2 * half),
    ring: place(threads * RING_ROWS * ringStride),
    ringStride,
    carried: place(threads * groups * 128),
  };
}
