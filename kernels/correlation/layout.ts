/** Where everything lies in the memory of the compiled correlation, and the sizes that it reads there. */

import { scaleFactor } from './reference.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import type { Sizes } from '../wasm/built.ts';
import type { CorrelationScale, CorrelationSpec } from '../types.ts';

/** Values in memory: where they begin, in bytes, and how many they are. */
export interface Region {
  readonly at: number;
  readonly length: number;
}

/** The layout of a memory, and the work there is to do. */
export interface CorrelationLayout {
  readonly pages: number;
  /** Where map A goes, channels first as it came. */
  readonly a: Region;
  readonly b: Region;
  readonly out: Region;
  /** The fields of `Sizes` or `PairSizes` in the kernel's source. */
  readonly sizes: Sizes;
  /** Items of `localPack` or `pairsPack`, and of what computes. */
  readonly packs: number;
  readonly computes: number;
}

/** Floats for the sizes, at address 64. */
const SIZES = 32;

function startLayout() {
  const layout = createLayout('maps whose correlation fits');
  layout.place(SIZES);
  return layout;
}

/** Of the local correlation: one call of `localCompute` makes row y of the volume. */
export function planLocal(spec: CorrelationSpec, threads: number): CorrelationLayout {
  const { channels, height, width, radius, step } = spec;
  const layout = startLayout();
  const values = channels * height * width;
  const window = 2 * radius + 1;
  const phases = Math.min(step, width);
  const columns = Math.ceil(width / step);
  const blocks = Math.ceil(columns / 4);
  // Tiles of eight columns of B that the displacements of four columns of A cover.
  const band = roundUp(2 * radius + 4, 8);
  // Zeros before each row, which align the first vector of every tile; those of the next row follow it.
  const pad = 8 + (radius % 4);
  // An odd number of cache lines, so that channels do not compete for the same few sets of the cache.
  const pitch = roundUp(columns + pad - 16, 32) + 16;
  const [a, b] = [layout.place(values), layout.place(values)];
  const packed = layout.place(height * phases * channels * pitch + pad + 16) + 4 * pad;
  const length = window * window * height * width;
  const out = layout.place(length);
  const panels = phases * blocks * channels * 4;
  const workSize = roundUp(panels + phases * blocks * 4 * band + 16, 16);
  const work = layout.place(workSize * threads);
  return {
    ...{ pages: layout.pages(), packs: height, computes: height },
    ...{ a: { at: a, length: values }, b: { at: b, length: values }, out: { at: out, length } },
    sizes: {
      ...{
        channels,
        height,
        width,
        radius,
        window,
        step,
        reach: radius * step,
        phases,
        columns,
        blocks,
        band,
      },
      ...{ factor: Float32Array.of(scaleFactor(spec.scale, channels)), a, b, packed, pitch: 4 * pitch, out },
      ...{ work, workSize: 4 * workSize, sums: 4 * panels },
    },
  };
}

/** What {@link planAllPairs} multiplies: maps of `channels` channels with this many cells. */
export interface AllPairsSizes {
  readonly channels: number;
  readonly cellsA: number;
  readonly cellsB: number;
  readonly scale: CorrelationScale;
}

/** Cells of A for one call of `pairsCompute`. */
const STRIP = 64;

/** The number of values from one row of the all-pairs volume to the next. */
export const allPairsPitch = (cellsB: number) => roundUp(cellsB, 8);

/** Every cell of A with every cell of B: row i of `out` has the scores of cell i of A. */
export function planAllPairs(
  { channels, cellsA, cellsB, scale }: AllPairsSizes,
  threads: number,
): CorrelationLayout {
  const layout = startLayout();
  const panels = Math.ceil(cellsB / 8);
  const strips = Math.ceil(cellsA / STRIP);
  const a = layout.place(channels * cellsA + STRIP);
  const b = layout.place(channels * cellsB + 8);
  const packed = layout.place(panels * channels * 8);
  const length = strips * STRIP * allPairsPitch(cellsB);
  const out = layout.place(length);
  const workSize = 4 * channels * STRIP;
  const work = layout.place((workSize / 4) * threads);
  return {
    ...{ pages: layout.pages(), packs: panels, computes: strips },
    a: { at: a, length: channels * cellsA },
    b: { at: b, length: channels * cellsB },
    out: { at: out, length },
    sizes: {
      ...{
        channels,
        cellsA,
        cellsB,
        panels,
        factor: Float32Array.of(scaleFactor(scale, channels)),
        a,
        b,
        packed,
        out,
      },
      ...{ pitch: 4 * allPairsPitch(cellsB), work, workSize },
    },
  };
}
