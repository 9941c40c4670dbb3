/**
 * The local correlation in WebAssembly SIMD, written for one size at a time so that every stride is a constant.
 *
 * The tiles cover the band of displacements around the diagonal: 4 x 24 for radius 10, of which 4 x 21 are
 * wanted. Cells `step` apart are gathered into one phase first, so that a step of 2 is two correlations with a
 * step of 1.
 */

import { scaleFactor } from './reference.ts';
import { findScratch, multiplyTile, tileLocals } from './simd-tile.ts';
import * as w from '../wasm/code.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import type { CodeOptions, KernelPlan, Scratch } from './simd-tile.ts';
import type { Code, Local, Locals } from '../wasm/code.ts';
import type { Layout } from '../wasm/layout.ts';
import type { CorrelationSpec } from '../types.ts';

/** The sizes that the code of a local correlation is written for, in values and cells where not said. */
interface LocalSizes extends CorrelationSpec {
  readonly window: number;
  readonly phases: number;
  /** Columns of a phase, and the blocks of four of them. */
  readonly columns: number;
  readonly blocks: number;
  /** Zeros before each row of packed B; those of the next row follow it. */
  readonly pad: number;
  readonly pitch: number;
  readonly tiles: number;
  /** Sums of one cell of A: `tiles * 8` columns of B, of which cell i wants those from i on. */
  readonly band: number;
  /** Addresses in bytes. */
  readonly at: { readonly a: number; readonly b: number; readonly packed: number; readonly out: number };
  readonly panelSize: number;
}

function localSizes(spec: CorrelationSpec, layout: Layout): LocalSizes {
  const { channels, height, width, radius, step } = spec;
  const phases = Math.min(step, width);
  const columns = Math.ceil(width / step);
  const blocks = Math.ceil(columns / 4);
  const tiles = Math.ceil((2 * radius + 4) / 8);
  // Aligns the first vector of every tile.
  const pad = 8 + (radius % 4);
  // An odd number of cache lines, so that channels do not compete for the same few sets of the cache.
  const pitch = roundUp(columns + pad - 16, 32) + 16;
  const window = 2 * radius + 1;
  const at = {
    a: layout.place(channels * height * width),
    b: layout.place(channels * height * width),
    packed: layout.place(height * phases * channels * pitch + pad + 16),
    out: layout.place(window * window * height * width),
  };
  const panelSize = phases * blocks * channels * 4;
  return {
    ...{ channels, height, width, radius, step, scale: spec.scale },
    ...{ window, phases, columns, blocks, pad, pitch, tiles, at, panelSize },
    band: tiles * 8,
  };
}

/** The local correlation of {@link CorrelationSpec}: one call of `compute` makes row y of the volume. */
export function planLocal(spec: CorrelationSpec, options: CodeOptions): KernelPlan {
  const layout = createLayout('maps whose correlation fits');
  const sizes = localSizes(spec, layout);
  const work = roundUp(sizes.panelSize + sizes.phases * sizes.blocks * 4 * sizes.band + 16, 16);
  const workAt = layout.place(work * options.threads);
  const pages = layout.pages();
  const values = spec.channels * spec.height * spec.width;
  return {
    functions: [packLocal(sizes), computeLocal(sizes, { at: workAt, size: work * 4 }, options)],
    pages,
    a: { at: sizes.at.a, length: values },
    b: { at: sizes.at.b, length: values },
    out: { at: sizes.at.out, length: sizes.window ** 2 * spec.height * spec.width },
    packs: spec.height,
    computes: spec.height,
  };
}

/** Row y of B: for each phase and channel the cells of that phase side by side, with zeros between. */
function packLocal(s: LocalSizes): w.FunctionSource {
  const locals = w.createLocals(1);
  const y = 0;
  const [c, x, source, target] = Array.from({ length: 4 }, () => locals.integer());
  const even = locals.vector();
  const odd = locals.vector();
  const phaseSize = s.channels * s.pitch * 4;
  const done = s.phases > 2 ? 0 : s.width - (s.width % (4 * s.phases));
  const vectors: Code = w.loop(x, w.constant(0), done, 4 * s.phases, [
    ...w.set(even, w.f32x4.load(w.get(source))),
    ...(s.phases === 1
      ? w.f32x4.store(w.get(target), w.get(even))
      : [
          ...w.set(odd, w.f32x4.load(w.get(source), 16)),
          ...w.f32x4.store(w.get(target), w.f32x4.shuffle(w.get(even), w.get(odd), [0, 2, 4, 6])),
          ...w.f32x4.store(w.get(target), w.f32x4.shuffle(w.get(even), w.get(odd), [1, 3, 5, 7]), phaseSize),
        ]),
    ...w.increase(source, 16 * s.phases),
    ...w.increase(target, 16),
  ]);
  // What is left, cell by cell: x / phases cells into the row of phase x % phases.
  const place = w.offset(
    w.offset(w.get(target), w.remainder(w.get(x), w.constant(s.phases)), phaseSize),
    w.divide(w.get(x), w.constant(s.phases)),
    4,
  );
  const rest: Code = [
    ...w.increase(target, -4 * (done / s.phases)),
    ...w.increase(source, -4 * done),
    ...w.loop(x, w.constant(done), s.width, 1, [
      ...w.f32.store(place, w.f32.load(w.offset(w.get(source), w.get(x), 4))),
    ]),
  ];
  return {
    name: 'pack',
    locals,
    body: w.loop(c, w.constant(0), s.channels, 1, [
      ...w.set(source, rowOf(w.constant(s.at.b), s, w.get(c), w.get(y))),
      ...w.set(
        target,
        w.offset(
          w.offset(w.constant(s.at.packed + 4 * s.pad), w.get(y), s.phases * phaseSize),
          w.get(c),
          s.pitch * 4,
        ),
      ),
      ...(done ? vectors : []),
      ...(done < s.width ? rest : []),
    ]),
  };
}

/** Address of row `y` of plane `plane` in a map or volume of this height and width. */
function rowOf(base: Code, s: { height: number; width: number }, plane: Code, y: Code): Code {
  const planeSize = s.height * s.width * 4;
  return w.offset(w.offset(base, plane, planeSize), y, s.width * 4);
}

function computeLocal(s: LocalSizes, scratch: Scratch, options: CodeOptions): w.FunctionSource {
  const locals = w.createLocals(2);
  const [y, work] = [0, 1];
  const [j, yb, d, x] = Array.from({ length: 4 }, () => locals.integer());
  const zero: Code = w.loop(d, w.constant(0), s.window, 1, [
    ...w.loop(x, w.constant(0), s.width, 1, [
      ...w.f32.store(w.offset(outRow(s, j, d, y), w.get(x), 4), w.constantF32(0)),
    ]),
  ]);
  const sums = w.add(w.get(work), w.constant(s.panelSize * 4));
  return {
    name: 'compute',
    locals,
    body: [
      ...findScratch(work, scratch),
      ...packPanels(s, locals, y, work),
      ...w.loop(j, w.constant(0), s.window, 1, [
        ...w.set(yb, w.add(w.offset(w.get(y), w.get(j), s.step), w.constant(-s.radius * s.step))),
        ...w.when(
          // Unsigned, a negative row is a large one.
          w.lessUnsigned(w.get(yb), w.constant(s.height)),
          [
            ...multiplyRow(s, locals, { yb, work, sums, fused: options.fused }),
            ...(s.phases > 2 ? writeCells(s, locals, { j, y, sums }) : writeRows(s, locals, { j, y, sums })),
          ],
          zero,
        ),
      ]),
    ],
  };
}

/** Address of row y of displacement (j, d). */
function outRow(s: LocalSizes, j: Local, d: Local, y: Local): Code {
  return rowOf(w.constant(s.at.out), s, w.offset(w.get(d), w.get(j), s.window), w.get(y));
}

/** Row y of A, scaled: for each phase and block of four cells, the four values of each channel. */
function packPanels(s: LocalSizes, locals: Locals, y: Local, work: Local): Code {
  const factor = w.f32x4.splat(scaleFactor(s.scale, s.channels));
  const [c, block, source, target] = Array.from({ length: 4 }, () => locals.integer());
  const [first, second] = [locals.vector(), locals.vector()];
  const planeSize = s.height * s.width * 4;
  const blockSize = s.channels * 16;
  const load = (at: number) => w.f32x4.multiply(w.f32x4.load(w.get(source), at), factor);
  const one = (u: number): Code =>
    s.phases === 1
      ? w.f32x4.store(w.get(target), load(u * planeSize), u * 16)
      : [
          ...w.set(first, load(u * planeSize)),
          ...w.set(second, load(u * planeSize + 16)),
          ...w.f32x4.store(w.get(target), w.f32x4.shuffle(w.get(first), w.get(second), [0, 2, 4, 6]), u * 16),
          ...w.f32x4.store(
            w.get(target),
            w.f32x4.shuffle(w.get(first), w.get(second), [1, 3, 5, 7]),
            s.blocks * blockSize + u * 16,
          ),
        ];
  // Eight channels together: their values of one block are two cache lines of the panel.
  const together = (from: Code, count: number): Code => [
    ...w.set(source, rowOf(w.constant(s.at.a), s, from, w.get(y))),
    ...w.set(target, w.offset(w.get(work), from, 16)),
    ...w.loop(block, w.constant(0), s.blocks, 1, [
      ...Array.from({ length: count }, (_, u) => one(u)).flat(),
      ...w.increase(source, 16 * s.phases),
      ...w.increase(target, blockSize),
    ]),
  ];
  if (s.phases > 2) return packPanelCells(s, locals, y, work);
  const whole = s.channels - (s.channels % 8);
  return [
    ...(whole ? w.loop(c, w.constant(0), whole, 8, together(w.get(c), 8)) : []),
    ...(whole < s.channels ? together(w.constant(whole), s.channels - whole) : []),
  ];
}

/** As {@link packPanels}, cell by cell, for the steps that are not worth shuffles of their own. */
function packPanelCells(s: LocalSizes, locals: Locals, y: Local, work: Local): Code {
  const [c, x] = [locals.integer(), locals.integer()];
  const row = rowOf(w.constant(s.at.a), s, w.get(c), w.get(y));
  return w.loop(c, w.constant(0), s.channels, 1, [
    ...w.loop(x, w.constant(0), s.width, 1, [
      ...w.f32.store(
        w.offset(cellOf(s, x, s.channels * 16, 4, w.get(work)), w.get(c), 16),
        w.multiplyF32(
          w.f32.load(w.offset(row, w.get(x), 4)),
          w.constantF32(scaleFactor(s.scale, s.channels)),
        ),
      ),
    ]),
  ]);
}

/** Address of column `x` in an array of blocks by phase: cells of a block are `cellSize` bytes apart. */
function cellOf(s: LocalSizes, x: Local, blockSize: number, cellSize: number, base: Code): Code {
  const phase = w.remainder(w.get(x), w.constant(s.phases));
  const column = w.divide(w.get(x), w.constant(s.phases));
  const block = w.offset(w.divide(column, w.constant(4)), phase, s.blocks);
  return w.offset(w.offset(base, block, blockSize), w.remainder(column, w.constant(4)), cellSize);
}

/** All sums of row y of A with row yb of B, a band for each phase, block and cell. */
function multiplyRow(
  s: LocalSizes,
  locals: Locals,
  row: { yb: Local; work: Local; sums: Code; fused: boolean },
): Code {
  const tile = tileLocals(locals);
  const [phase, block, index, t, start, panel, target] = Array.from({ length: 7 }, () => locals.integer());
  const rowSize = s.band * 4;
  const eachSum = (visit: (sum: Local, at: number) => Code) =>
    tile.sums.flatMap((sum, k) => visit(sum, (k >> 1) * rowSize + (k & 1) * 16));
  const clear = eachSum((sum) => w.set(sum, w.f32x4.zero));
  const store = eachSum((sum, at) => w.f32x4.store(w.get(target), w.get(sum), at));
  const bRow = w.offset(
    w.constant(s.at.packed + 4 * s.pad),
    w.offset(w.get(phase), w.get(row.yb), s.phases),
    s.channels * s.pitch * 4,
  );
  const compute: Code = [
    ...w.set(tile.pa, w.get(panel)),
    ...w.set(tile.pb, w.offset(bRow, w.get(start), 4)),
    ...clear,
    ...multiplyTile(tile, s.channels, s.pitch * 4, row.fused),
    ...store,
  ];
  return w.loop(phase, w.constant(0), s.phases, 1, [
    ...w.loop(block, w.constant(0), s.blocks, 1, [
      ...w.set(index, w.offset(w.get(block), w.get(phase), s.blocks)),
      ...w.set(panel, w.offset(w.get(row.work), w.get(index), s.channels * 16)),
      ...w.set(target, w.offset(row.sums, w.get(index), 4 * rowSize)),
      ...w.set(start, w.add(w.multiply(w.get(block), w.constant(4)), w.constant(-s.radius))),
      ...w.loop(t, w.constant(0), s.tiles, 1, [
        // A tile wholly beside the map, where -8 < start < columns fails, has nothing to multiply.
        ...w.when(w.lessUnsigned(w.add(w.get(start), w.constant(7)), w.constant(s.columns + 7)), compute, [
          ...clear,
          ...store,
        ]),
        ...w.increase(start, 8),
        ...w.increase(target, 32),
      ]),
    ]),
  ]);
}

interface Output {
  readonly j: Local;
  readonly y: Local;
  readonly sums: Code;
}

/**
 * Writes the bands as rows of the volume, four displacements at a time. Displacement d of cell i stands at
 * `i + d` of its band, so that four loads along the diagonal and a transposition give four cells of each.
 */
function writeRows(s: LocalSizes, locals: Locals, { j, y, sums }: Output): Code {
  const [d, block, from, to] = Array.from({ length: 4 }, () => locals.integer());
  const vectors = () => Array.from({ length: 4 }, () => locals.vector());
  const [rows, scratch, even, odd] = [vectors(), vectors(), vectors(), vectors()];
  const phaseSize = s.blocks * 4 * s.band * 4;
  const planeSize = s.height * s.width * 4;
  const gather = (phase: number, columns: readonly Local[]): Code => [
    ...rows.flatMap((row, i) =>
      w.set(row, w.f32x4.load(w.get(from), phase * phaseSize + i * (s.band + 1) * 4)),
    ),
    ...transpose(rows, scratch, columns),
  ];
  const storeColumns = (displacement: number, count: number): Code => {
    const at = displacement * planeSize;
    const store = (value: Code, n: number, shift: number) =>
      n > 0 ? w.f32x4.storeFirst(w.get(to), value, n, at + shift) : [];
    if (s.phases === 1) return store(w.get(even[displacement]), count, 0);
    const [e, o] = [w.get(even[displacement]), w.get(odd[displacement])];
    return [
      ...store(w.f32x4.shuffle(e, o, [0, 4, 1, 5]), Math.min(4, count), 0),
      ...store(w.f32x4.shuffle(e, o, [2, 6, 3, 7]), count - 4, 16),
    ];
  };
  const perBlock = 4 * s.phases;
  const whole = Math.floor(s.width / perBlock);
  const oneBlock = (displacements: number, count: number): Code => [
    ...gather(0, even),
    ...(s.phases === 2 ? gather(1, odd) : []),
    ...Array.from({ length: displacements }, (_, k) => storeColumns(k, count)).flat(),
    ...w.increase(from, 16 * s.band),
    ...w.increase(to, 4 * perBlock),
  ];
  const group = (displacements: number): Code => [
    ...w.set(from, w.offset(sums, w.get(d), 4)),
    ...w.set(to, outRow(s, j, d, y)),
    ...(whole ? w.loop(block, w.constant(0), whole, 1, oneBlock(displacements, perBlock)) : []),
    ...(s.width % perBlock ? oneBlock(displacements, s.width % perBlock) : []),
  ];
  const fours = s.window - (s.window % 4);
  return [
    ...(fours ? w.loop(d, w.constant(0), fours, 4, group(4)) : []),
    ...w.set(d, w.constant(fours)),
    ...group(s.window - fours),
  ];
}

/** As {@link writeRows}, cell by cell. */
function writeCells(s: LocalSizes, locals: Locals, { j, y, sums }: Output): Code {
  const [d, x] = [locals.integer(), locals.integer()];
  const cell = cellOf(s, x, 4 * s.band * 4, (s.band + 1) * 4, sums);
  return w.loop(d, w.constant(0), s.window, 1, [
    ...w.loop(x, w.constant(0), s.width, 1, [
      ...w.f32.store(w.offset(outRow(s, j, d, y), w.get(x), 4), w.f32.load(w.offset(cell, w.get(d), 4))),
    ]),
  ]);
}

/** Transposes four vectors of four lanes. */
function transpose(rows: readonly Local[], t: readonly Local[], columns: readonly Local[]): Code {
  const mix = (to: Local, a: Local, b: Local, lanes: number[]) =>
    w.set(to, w.f32x4.shuffle(w.get(a), w.get(b), lanes));
  return [
    ...mix(t[0], rows[0], rows[1], [0, 4, 1, 5]),
    ...mix(t[1], rows[2], rows[3], [0, 4, 1, 5]),
    ...mix(t[2], rows[0], rows[1], [2, 6, 3, 7]),
    ...mix(t[3], rows[2], rows[3], [2, 6, 3, 7]),
    ...mix(columns[0], t[0], t[1], [0, 1, 4, 5]),
    ...mix(columns[1], t[0], t[1], [2, 3, 6, 7]),
    ...mix(columns[2], t[2], t[3], [0, 1, 4, 5]),
    ...mix(columns[3], t[2], t[3], [2, 3, 6, 7]),
  ];
}
