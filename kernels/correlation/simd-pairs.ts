/** All pairs in WebAssembly SIMD: one matrix product, in the tiles of the local correlation. */

import { scaleFactor } from './reference.ts';
import { findScratch, multiplyTile, tileLocals } from './simd-tile.ts';
import * as w from '../wasm/code.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import type { CodeOptions, KernelPlan, Scratch } from './simd-tile.ts';
import type { Code } from '../wasm/code.ts';
import type { CorrelationScale } from '../types.ts';

/** What {@link planAllPairs} multiplies: maps of `channels` channels with this many cells. */
export interface AllPairsSizes {
  readonly channels: number;
  readonly cellsA: number;
  readonly cellsB: number;
  readonly scale: CorrelationScale;
}

/** Cells of A for one call of `compute`. */
const STRIP = 64;

/** The number of values from one row of the all-pairs volume to the next. */
export const allPairsPitch = (cellsB: number) => roundUp(cellsB, 8);

/** Every cell of A with every cell of B: row i of `out` has the scores of cell i of A. */
export function planAllPairs(sizes: AllPairsSizes, options: CodeOptions): KernelPlan {
  const { channels, cellsA, cellsB } = sizes;
  const layout = createLayout('maps whose correlation fits');
  const panelsB = Math.ceil(cellsB / 8);
  const strips = Math.ceil(cellsA / STRIP);
  const outLength = strips * STRIP * allPairsPitch(cellsB);
  const at = {
    a: layout.place(channels * cellsA + STRIP),
    b: layout.place(channels * cellsB + 8),
    packed: layout.place(panelsB * channels * 8),
    out: layout.place(outLength),
  };
  const work = channels * STRIP;
  const workAt = layout.place(work * options.threads);
  const all = { ...sizes, panelsB, at };
  const pages = layout.pages();
  return {
    functions: [packAllPairs(all), computeAllPairs(all, { at: workAt, size: work * 4 }, options)],
    pages,
    a: { at: at.a, length: channels * cellsA },
    b: { at: at.b, length: channels * cellsB },
    out: { at: at.out, length: outLength },
    packs: panelsB,
    computes: strips,
  };
}

interface AllPairs extends AllPairsSizes {
  readonly panelsB: number;
  readonly at: { readonly a: number; readonly b: number; readonly packed: number; readonly out: number };
}

/** Eight cells of B: their values of each channel side by side. */
function packAllPairs(s: AllPairs): w.FunctionSource {
  const locals = w.createLocals(1);
  const [c, source, target] = Array.from({ length: 3 }, () => locals.integer());
  return {
    name: 'pack',
    locals,
    body: [
      ...w.set(source, w.offset(w.constant(s.at.b), w.get(0), 32)),
      ...w.set(target, w.offset(w.constant(s.at.packed), w.get(0), 32 * s.channels)),
      ...w.loop(c, w.constant(0), s.channels, 1, [
        ...w.f32x4.store(w.get(target), w.f32x4.load(w.get(source))),
        ...w.f32x4.store(w.get(target), w.f32x4.load(w.get(source), 16), 16),
        ...w.increase(source, s.cellsB * 4),
        ...w.increase(target, 32),
      ]),
    ],
  };
}

/** One strip of A's cells, packed and scaled, against all of B. */
function computeAllPairs(s: AllPairs, scratch: Scratch, options: CodeOptions): w.FunctionSource {
  const locals = w.createLocals(2);
  const [strip, work] = [0, 1];
  const tile = tileLocals(locals);
  const [c, source, target, panel, block] = Array.from({ length: 5 }, () => locals.integer());
  const factor = w.f32x4.splat(scaleFactor(s.scale, s.channels));
  const blocks = STRIP / 4;
  const blockSize = s.channels * 16;
  const pitch = allPairsPitch(s.cellsB) * 4;
  const pack: Code = [
    ...w.set(source, w.offset(w.constant(s.at.a), w.get(strip), STRIP * 4)),
    ...w.set(target, w.get(work)),
    ...w.loop(c, w.constant(0), s.channels, 1, [
      ...Array.from({ length: blocks }, (_, k) =>
        w.f32x4.store(
          w.get(target),
          w.f32x4.multiply(w.f32x4.load(w.get(source), k * 16), factor),
          k * blockSize,
        ),
      ).flat(),
      ...w.increase(source, s.cellsA * 4),
      ...w.increase(target, 16),
    ]),
  ];
  const product: Code = [
    ...w.set(tile.pa, w.offset(w.get(work), w.get(block), blockSize)),
    ...w.set(tile.pb, w.offset(w.constant(s.at.packed), w.get(panel), 32 * s.channels)),
    ...tile.sums.flatMap((sum) => w.set(sum, w.f32x4.zero)),
    ...multiplyTile(tile, s.channels, 32, options.fused),
    ...w.set(
      target,
      w.offset(
        w.offset(
          w.constant(s.at.out),
          w.offset(w.multiply(w.get(strip), w.constant(STRIP)), w.get(block), 4),
          pitch,
        ),
        w.get(panel),
        32,
      ),
    ),
    ...tile.sums.flatMap((sum, k) =>
      w.f32x4.store(w.get(target), w.get(sum), (k >> 1) * pitch + (k & 1) * 16),
    ),
  ];
  return {
    name: 'compute',
    locals,
    body: [
      ...findScratch(work, scratch),
      ...pack,
      ...w.loop(panel, w.constant(0), s.panelsB, 1, w.loop(block, w.constant(0), blocks, 1, product)),
    ],
  };
}
