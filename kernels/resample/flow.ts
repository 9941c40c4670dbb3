import { createStretcher } from './enlarge-simd.ts';
import { neighbours } from './neighbours.ts';
import type { Neighbours } from './neighbours.ts';
import { SCALARS } from './scalars.ts';

/** A flow field's size and values: `height * width * 2` floats, u and v interleaved. */
export interface FlowGrid {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

interface GridSize {
  readonly width: number;
  readonly height: number;
}

/** What is done when a flow is enlarged. */
export interface EnlargeFlowOptions {
  /**
   * Columns and rows that the flow covers when enlarged; the result holds the first of them. Defaults to the size of the
   * result.
   */
  readonly full?: GridSize;
  /** What u and v are multiplied by; defaults to 1. */
  readonly factors?: readonly [number, number];
  /** Is added to `out` instead of written to it. */
  readonly onto?: boolean;
}

/**
 * Enlarges a flow to `size`, bilinearly under the half-pixel convention with the edge repeated, its values multiplied by
 * a factor each; neither axis becomes shorter. In WebAssembly SIMD where there is any.
 *
 * @param out receives `size.height * size.width * 2` values, instead of a new array
 */
export function enlargeFlow(
  flow: FlowGrid,
  size: GridSize,
  options: EnlargeFlowOptions = {},
  out: Float32Array = new Float32Array(size.height * size.width * 2),
): Float32Array {
  const { full = size, factors = [1, 1], onto = false } = options;
  const stretcher = createStretcher(flow.width, flow.height, size.width, size.height, 2, full);
  if (!stretcher) return enlargeFlowReference(flow, size, options, out);
  stretcher.engine.floats.set([...factors, ...factors], SCALARS.factors / 4);
  stretcher.stretch(flow.data, out, 0, onto);
  return out;
}

/** The definition: each row is blended of two, then stretched. */
export function enlargeFlowReference(
  flow: FlowGrid,
  size: GridSize,
  { full = size, factors = [1, 1], onto = false }: EnlargeFlowOptions = {},
  out: Float32Array = new Float32Array(size.height * size.width * 2),
): Float32Array {
  const horizontal = neighbours(flow.width, full.width, size.width);
  const { cells, shares } = neighbours(flow.height, full.height, size.height);
  const row = new Float32Array(flow.width * 2 + 2);
  if (!onto) out.fill(0);
  for (let y = 0; y < size.height; y++) {
    blendRows(flow, cells[y], shares[y], factors, row);
    addRow(row, horizontal, out, y * size.width * 2);
  }
  return out;
}

/** Adds a row, stretched, from place `o` on. */
function addRow(row: Float32Array, { cells, shares }: Neighbours, out: Float32Array, o: number): void {
  for (let x = 0; x < cells.length; x++)
    for (let k = 0; k < 2; k++, o++) {
      const value = row[cells[x] * 2 + k];
      out[o] += value + shares[x] * (row[cells[x] * 2 + 2 + k] - value);
    }
}

/** A row of the flow and its lower neighbour's share, multiplied. */
function blendRows(
  { width, height, data }: FlowGrid,
  y: number,
  share: number,
  factors: readonly [number, number],
  row: Float32Array,
): void {
  const upper = y * width * 2;
  const lower = Math.min(y + 1, height - 1) * width * 2;
  for (let i = 0; i < width * 2; i++)
    row[i] = factors[i % 2] * (data[upper + i] + share * (data[lower + i] - data[upper + i]));
}
