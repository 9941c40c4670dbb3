/** Runs the lookup in WebAssembly SIMD (kernels/assembly/network/lookup.ts). */

import { scaleFactor } from '../correlation/index.ts';
import * as built from '../built/lookup.ts';
import { writeSizes } from '../wasm/built.ts';
import { createPool } from '../wasm/pool.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import type { Pool } from '../wasm/pool.ts';
import type { LookupSpec } from './types.ts';

/** Cells whose scores are gathered before they are written. */
const BLOCK = 16;

/** Of the sizes and of one B, in values. */
const [SIZES, TARGET] = [14, 6];

/** Sizes in values, cells and, where they are addresses, bytes. */
interface Sizes extends Required<LookupSpec> {
  /** Channels and columns, up to the next multiple of four. */
  readonly depth: number;
  readonly columns: number;
  /** Columns and rows of the window's whole cells. */
  readonly window: number;
  /** From one row of whole cells to the next in the scratch memory. */
  readonly pitch: number;
  /** Scores of a cell in one B. */
  readonly displacements: number;
  /** From the scores of one cell to those of the next in the scratch memory. */
  readonly scores: number;
  /** B as it is wanted, one for each reach. */
  readonly targets: readonly Target[];
  /** B as it is: one of them where there is a reach of 1. */
  readonly base: Target;
  readonly at: Readonly<Record<'sizes' | 'raw' | 'a' | 'flow' | 'work' | 'out', number>>;
  readonly workBytes: number;
  readonly pages: number;
}

/** One B, made coarser by `reach`. */
interface Target {
  readonly reach: number;
  readonly height: number;
  readonly width: number;
  /** Columns, up to the next multiple of four. */
  readonly columns: number;
  /** Cells from one row of packed B to the next: the zeros beside it belong to both. */
  readonly stride: number;
  /** Addresses: packed, and of its scores. */
  readonly at: number;
  readonly out: number;
}

function planSizes(spec: LookupSpec, threads: number): Sizes {
  const { channels, height, width, radius, scale = 'none', reaches = [1] } = spec;
  const [depth, columns] = [roundUp(channels, 4), roundUp(width, 4)];
  const window = 2 * radius + 2;
  const pitch = window + 4;
  const displacements = (window - 1) ** 2;
  const scores = roundUp(displacements, 4) + 4;
  const workBytes = roundUp((window * pitch + BLOCK * scores) * 4, 64) + 64;
  const layout = createLayout('maps whose lookup fits');
  const at = {
    sizes: layout.place(SIZES + (reaches.length + 1) * TARGET),
    raw: layout.place(depth * height * columns),
    a: layout.place(depth * height * columns),
    flow: layout.place(2 * height * columns),
    work: layout.place((workBytes / 4) * threads),
    out: layout.place(reaches.length * displacements * height * columns),
  };
  const planTarget = (reach: number, i: number): Target => {
    const [rows, cells] = [Math.ceil(height / reach), Math.ceil(width / reach)];
    const stride = cells + Math.max(window, 3);
    return {
      ...{ reach, height: rows, width: cells, columns: roundUp(cells, 4), stride },
      at: layout.place(((rows + 2 * window) * stride + window + 4) * depth),
      out: at.out + i * displacements * height * columns * 4,
    };
  };
  const targets = reaches.map(planTarget);
  const base = targets.find(({ reach }) => reach === 1) ?? planTarget(1, 0);
  return {
    ...{
      channels,
      height,
      width,
      radius,
      scale,
      reaches,
      depth,
      columns,
      window,
      pitch,
      displacements,
      scores,
    },
    ...{ targets, base, at, workBytes, pages: layout.pages() },
  };
}

/** A compiled lookup with the maps that stand in its memory. */
export interface LookupEngine {
  /** Where the scores are computed, if it is of the size of `out` and may be read there. */
  readonly volume?: Float32Array;
  load(a: Float32Array, b: Float32Array): void;
  lookup(flow: Float32Array, out: Float32Array): void;
  /** Of its memory. */
  readonly bytes: number;
  dispose(): void;
}

/** @throws KernelError without WebAssembly SIMD, RangeError where the maps are too large for its memory */
export async function createLookupEngine(spec: LookupSpec, threads: number): Promise<LookupEngine> {
  const s = planSizes(spec, threads);
  const pool = await createPool(built, s.pages, threads);
  const choose = writeTargets(pool, s);
  const size = s.displacements * s.height * s.columns;
  const scores = pool.memory.subarray(s.at.out / 4, s.at.out / 4 + s.targets.length * size);
  return {
    volume: threads === 1 && s.columns === s.width ? scores : undefined,
    load(a, b) {
      choose(0);
      writeRows(pool, s, s.at.raw, a);
      pool.run('packA', s.height);
      writeRows(pool, s, s.at.raw, b);
      pool.run('packB', s.height);
      for (const [i, target] of s.targets.entries())
        if (target !== s.base) {
          choose(i);
          pool.run('coarsen', target.height);
        }
    },
    lookup(flow, out) {
      writeRows(pool, s, s.at.flow, flow);
      for (const i of s.targets.keys()) {
        choose(i);
        pool.run('lookUp', s.height);
      }
      if (out !== scores) readRows(pool, s, s.at.out, out);
    },
    bytes: pool.memory.byteLength,
    dispose: () => pool.dispose(),
  };
}

/** Writes what the kernel's source declares; returns a function that chooses the B that is worked on. */
function writeTargets({ memory }: Pool, s: Sizes): (i: number) => void {
  const integers = new Int32Array(memory.buffer);
  const targets = [...s.targets, s.base];
  const places = targets.map((_, i) => s.at.sizes + 4 * (SIZES + i * TARGET));
  targets.forEach(({ reach, height, width, stride, at, out }, i) =>
    integers.set([reach, height, width, stride, at, out], places[i] / 4),
  );
  const { height, columns, depth, radius, window, scores, workBytes } = s;
  const { raw, a, flow, work } = s.at;
  return (i) =>
    writeSizes(memory, {
      ...{ height, columns, cell: 4 * depth, radius, window, scores: 4 * scores },
      ...{
        factor: Float32Array.of(scaleFactor(s.scale, s.channels)),
        raw,
        a,
        flow,
        work,
        workSize: workBytes,
      },
      ...{ base: places[s.targets.length], target: places[i] },
    });
}

/** Of the rows in the kernel's memory. */
interface Row {
  readonly width: number;
  /** Values from one row to the next. */
  readonly columns: number;
}

/** The columns to spare stay 0, as they were in the beginning. */
function writeRows({ memory }: Pool, { width, columns }: Row, at: number, values: Float32Array): void {
  if (width === columns) memory.set(values, at / 4);
  else
    for (let i = 0, to = at / 4; i < values.length; i += width, to += columns)
      memory.set(values.subarray(i, i + width), to);
}

function readRows({ memory }: Pool, { width, columns }: Row, at: number, out: Float32Array): void {
  const from = at / 4;
  if (width === columns) out.set(memory.subarray(from, from + out.length));
  else
    for (let i = 0, row = from; i < out.length; i += width, row += columns)
      out.set(memory.subarray(row, row + width), i);
}
