/** Convex upsampling in WebAssembly SIMD (kernels/assembly/network/upsample.ts), in memory laid out for one size. */

import * as built from '../built/upsample.ts';
import { writeSizes } from '../wasm/built.ts';
import { createPool } from '../wasm/pool.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import type { Sizes as KernelSizes } from '../wasm/built.ts';
import type { Pool } from '../wasm/pool.ts';
import type { UpsampleInput, UpsampleOutput, UpsampleSpec } from './types.ts';

const FLOW_PLANES = 2;

/** Sizes in values; addresses in bytes. */
interface Sizes extends Required<UpsampleSpec> {
  readonly planes: number;
  /** Columns of the coarse grid, up to the next multiple of four. */
  readonly columns: number;
  /** From row to row of the coarse planes, which have their edge repeated on all sides. */
  readonly pitch: number;
  /** Of the logits of one row of cells: from a plane to the next, and from a neighbour to the next, in bytes. */
  readonly plane: number;
  readonly neighbour: number;
  readonly at: Readonly<Record<'mask' | 'row' | 'coarse' | 'fine', number>>;
  /** Bytes of the row of logits that each thread works on. */
  readonly rowBytes: number;
  readonly pages: number;
}

function planSizes(spec: UpsampleSpec, threads: number): Sizes {
  const { height, width, factor, extra = 0, logistic = false } = spec;
  const planes = FLOW_PLANES + extra;
  const columns = roundUp(width, 4);
  const pitch = columns + 4;
  // A few cache lines more than the planes, so that the nine do not compete for the same few sets of the cache.
  const plane = columns * 4;
  const neighbour = roundUp(factor * factor * plane, 64) + 5 * 64;
  const rowBytes = 9 * neighbour;
  const layout = createLayout('a mask that fits');
  // What the kernel reads as its sizes.
  layout.place(32);
  const at = {
    mask: layout.place(9 * factor * factor * height * width),
    row: layout.place((threads * rowBytes) / 4),
    coarse: layout.place(planes * (height + 2) * pitch),
    fine: layout.place(planes * height * factor * columns * factor),
  };
  return {
    ...{ height, width, factor, extra, logistic, planes, columns, pitch, plane, neighbour, rowBytes, at },
    pages: layout.pages(),
  };
}

/** A compiled upsampling. */
export interface UpsampleEngine {
  /** Where the mask is read, if it may be written there. */
  readonly mask?: Float32Array;
  run(input: UpsampleInput, scale: number, out: UpsampleOutput): void;
  /** Of its memory. */
  readonly bytes: number;
  dispose(): void;
}

/** @throws KernelError without WebAssembly SIMD, RangeError where the mask is too large for its memory */
export async function createUpsampleEngine(spec: UpsampleSpec, threads: number): Promise<UpsampleEngine> {
  const s = planSizes(spec, threads);
  const pool = await createPool(built, s.pages, threads);
  const own = pool.memory.subarray(s.at.mask / 4, s.at.mask / 4 + 9 * s.factor ** 2 * s.height * s.width);
  return {
    mask: threads === 1 ? own : undefined,
    run({ flow, mask, extra }, scale, out) {
      writeSizes(pool.memory, sizesOf(s, scale));
      if (mask !== own) own.set(mask);
      writeCoarse(pool, s, flow, 0);
      if (extra) writeCoarse(pool, s, extra, FLOW_PLANES);
      pool.run('upsample', s.height);
      readFine(pool, s, out.flow, 0);
      readFine(pool, s, out.extra, FLOW_PLANES);
    },
    bytes: pool.memory.byteLength,
    dispose: () => pool.dispose(),
  };
}

/** The fields of the class in the kernel's source. */
function sizesOf(s: Sizes, scale: number): KernelSizes {
  const { height, width, factor, columns, planes, pitch, at } = s;
  return {
    ...{ height, width, factor, columns, planes, logistic: Number(s.logistic) },
    ...{ scale: Float32Array.of(scale), pitch: 4 * pitch },
    coarsePlane: 4 * (height + 2) * pitch,
    finePlane: 4 * height * factor * columns * factor,
    ...{ plane: s.plane, neighbour: s.neighbour, rowBytes: s.rowBytes },
    ...{ mask: at.mask, coarse: at.coarse, fine: at.fine, row: at.row },
  };
}

/** Planes from `first` on, with their edge repeated once all around. */
function writeCoarse({ memory }: Pool, s: Sizes, values: Float32Array, first: number): void {
  const { height, width, pitch } = s;
  const rows = values.length / width;
  for (let row = 0, to = s.at.coarse / 4 + (first * (height + 2) + 1) * pitch + 1; row < rows; row++) {
    memory.set(values.subarray(row * width, (row + 1) * width), to);
    memory[to - 1] = memory[to];
    memory[to + width] = memory[to + width - 1];
    const y = row % height;
    if (y === 0) memory.copyWithin(to - 1 - pitch, to - 1, to + width + 1);
    if (y === height - 1) memory.copyWithin(to - 1 + pitch, to - 1, to + width + 1);
    // Two rows around each plane are its own.
    to += y === height - 1 ? 3 * pitch : pitch;
  }
}

function readFine({ memory }: Pool, s: Sizes, out: Float32Array, first: number): void {
  const [width, pitch] = [s.width * s.factor, s.columns * s.factor];
  const from = s.at.fine / 4 + first * s.height * s.factor * pitch;
  if (width === pitch) out.set(memory.subarray(from, from + out.length));
  else
    for (let i = 0, row = from; i < out.length; i += width, row += pitch)
      out.set(memory.subarray(row, row + width), i);
}
