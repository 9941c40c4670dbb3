/**
 * The lookup in WebAssembly SIMD, written for one size. All samples of a cell have the same fractions, so its window
 * of `(2 * radius + 1) ** 2` samples is blended from the `(2 * radius + 2) ** 2` dot products at whole cells. Maps
 * lie channels last, so that a dot product runs over memory in one piece; around B there are so many zeros that a
 * window has room beside the map. Each coarser B lies behind the one before, and has a function of its own.
 */

import { scaleFactor } from '../correlation/index.ts';
import { createCrew } from '../wasm/crew.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import { createLocals, get } from '../wasm/code.ts';
import * as w from '../wasm/code.ts';
import { multiplyWindow, PACK, packRow, transpose } from '../wasm/vectors.ts';
import type { Crew } from '../wasm/crew.ts';
import type { Code, FunctionSource, Local } from '../wasm/code.ts';
import type { LookupSpec } from './types.ts';

const { add, divide, load, multiply, store, subtract } = w.f32x4;

/** Cells whose scores are gathered before they are written, so that whole cache lines of a plane are. */
const BLOCK = 16;

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
  readonly at: Readonly<Record<'raw' | 'a' | 'flow' | 'work' | 'out', number>>;
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
    raw: layout.place(depth * height * columns),
    a: layout.place(depth * height * columns),
    flow: layout.place(2 * height * columns),
    work: layout.place((workBytes / 4) * threads),
    out: layout.place(reaches.length * displacements * height * columns),
  };
  const planTarget = (reach: number, i: number): Target => {
    const [rows, cells] = [Math.ceil(height / reach), Math.ceil(width / reach)];
    const stride = cells + Math.max(window, PACK - 1);
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
  const functions = s.targets.flatMap((target, i) => [
    ...(target === s.base ? [] : [coarsen(s, target, i)]),
    lookUp(s, target, i),
  ]);
  const crew = await createCrew([packA(s), packB(s), ...functions], s.pages, threads);
  const size = s.displacements * s.height * s.columns;
  const scores = crew.memory.subarray(s.at.out / 4, s.at.out / 4 + s.targets.length * size);
  return {
    volume: threads === 1 && s.columns === s.width ? scores : undefined,
    load(a, b) {
      writeRows(crew, s, s.at.raw, a);
      crew.run('packA', s.height);
      writeRows(crew, s, s.at.raw, b);
      crew.run('packB', s.height);
      for (const [i, target] of s.targets.entries())
        if (target !== s.base) crew.run(`coarsen${i}`, target.height);
    },
    lookup(flow, out) {
      writeRows(crew, s, s.at.flow, flow);
      for (const i of s.targets.keys()) crew.run(`lookUp${i}`, s.height);
      if (out !== scores) readRows(crew, s, s.at.out, out);
    },
    bytes: crew.memory.byteLength,
    dispose: () => crew.dispose(),
  };
}

/** Of the rows in the kernel's memory. */
interface Row {
  readonly width: number;
  /** Values from one row to the next. */
  readonly columns: number;
}

/** The columns to spare stay 0, as they were in the beginning. */
function writeRows({ memory }: Crew, { width, columns }: Row, at: number, values: Float32Array): void {
  if (width === columns) memory.set(values, at / 4);
  else
    for (let i = 0, to = at / 4; i < values.length; i += width, to += columns)
      memory.set(values.subarray(i, i + width), to);
}

function readRows({ memory }: Crew, { width, columns }: Row, at: number, out: Float32Array): void {
  const from = at / 4;
  if (width === columns) out.set(memory.subarray(from, from + out.length));
  else
    for (let i = 0, row = from; i < out.length; i += width, row += columns)
      out.set(memory.subarray(row, row + width), i);
}

const packA = ({ at, columns, depth, height, scale, channels }: Sizes): FunctionSource =>
  packRow('packA', {
    ...{ columns, depth, from: at.raw, fromRow: columns * 4, fromPlane: height * columns * 4 },
    to: at.a,
    toRow: columns * depth * 4,
    factor: scaleFactor(scale, channels),
  });

const packB = ({ depth, window, columns, height, base, at }: Sizes): FunctionSource =>
  packRow('packB', {
    ...{ columns, depth, from: at.raw, fromRow: columns * 4, fromPlane: height * columns * 4 },
    to: base.at + window * (base.stride + 1) * depth * 4,
    toRow: base.stride * depth * 4,
    factor: 1,
  });

/**
 * `coarsen(row, thread)`: a row of cells that are the means of `reach` x `reach` cells of B, of as many as there are at
 * the right and at the bottom edge.
 */
function coarsen({ depth, window, base }: Sizes, target: Target, i: number): FunctionSource {
  const locals = createLocals(2);
  const { reach } = target;
  const cell = depth * 4;
  const [x, c, columns, rows, first] = Array.from({ length: 5 }, () => locals.integer());
  const [from, to, at, end, row] = Array.from({ length: 5 }, () => locals.integer());
  const [sum, share] = [locals.vector(), locals.vector()];
  const inside = ({ at: start, stride }: Target) => start + window * (stride + 1) * cell;
  /** Cells of B along one axis that the cell at `place` is the mean of. */
  const count = (to: Local, place: Local, size: number): Code => [
    ...w.set(to, w.offset(w.constant(size), get(place), -reach)),
    ...w.when(w.lessThan(w.constant(reach), get(to)), w.set(to, w.constant(reach))),
  ];
  const addSquare: Code = [
    ...w.set(sum, w.f32x4.zero),
    ...w.set(at, get(from)),
    ...w.loopUntil(row, rows, 1, [
      ...w.set(end, w.offset(get(at), get(columns), cell)),
      ...w.loopUntil(at, end, cell, w.set(sum, add(get(sum), load(get(at))))),
      ...w.set(
        at,
        w.add(
          get(end),
          w.multiply(
            w.add(w.constant(base.stride), w.multiply(get(columns), w.constant(-1))),
            w.constant(cell),
          ),
        ),
      ),
    ]),
  ];
  return {
    name: `coarsen${i}`,
    locals,
    body: [
      ...count(rows, 0, base.height),
      ...w.set(to, w.offset(w.constant(inside(target)), get(0), target.stride * cell)),
      ...w.set(first, w.offset(w.constant(inside(base)), get(0), reach * base.stride * cell)),
      ...w.loop(x, w.constant(0), target.width, 1, [
        ...count(columns, x, base.width),
        ...w.set(
          share,
          divide(w.f32x4.splat(1), w.i32x4.toFloat(w.i32x4.splat(w.multiply(get(rows), get(columns))))),
        ),
        ...w.set(from, get(first)),
        ...w.loop(c, w.constant(0), depth, 4, [
          ...w.set(row, w.constant(0)),
          ...addSquare,
          ...store(get(to), multiply(get(sum), get(share))),
          ...w.increase(from, 16),
          ...w.increase(to, 16),
        ]),
        ...w.increase(first, reach * cell),
      ]),
    ],
  };
}

/** The locals of `lookUp` that its parts share. */
interface Registers {
  /** Addresses: a cell of A, the corner of its window in B, the scratch memories of whole cells and of scores. */
  readonly cell: Local;
  readonly corner: Local;
  readonly dots: Local;
  readonly scores: Local;
  /** Fractions of the flow, the same in all lanes. */
  readonly fx: Local;
  readonly fy: Local;
}

/** All scores of row `item` in one B. */
function lookUp(s: Sizes, target: Target, i: number): FunctionSource {
  const locals = createLocals(2);
  const [item, thread] = [0, 1];
  const integer = () => locals.integer();
  const registers: Registers = {
    ...{ cell: integer(), corner: integer(), dots: integer(), scores: integer() },
    ...{ fx: locals.vector(), fy: locals.vector() },
  };
  const [x, begin, end, flow, first] = [integer(), integer(), integer(), integer(), integer()];
  const parts = [
    findWindow(s, target, registers, { x, y: item, flow }, locals.vector()),
    multiplyWindow({ ...s, stride: target.stride }, registers, locals),
    blendWindow(s, registers, integer(), integer()),
  ];
  const output = writeBlock(s, target, locals, { item, begin, end, first });
  return {
    name: `lookUp${i}`,
    locals,
    body: [
      ...w.set(registers.dots, w.offset(w.constant(s.at.work), get(thread), s.workBytes)),
      ...w.set(first, w.add(get(registers.dots), w.constant(s.window * s.pitch * 4))),
      ...w.set(registers.cell, w.offset(w.constant(s.at.a), get(item), s.columns * s.depth * 4)),
      ...w.set(flow, w.offset(w.constant(s.at.flow), get(item), s.columns * 4)),
      // The cells of a block move x on.
      ...w.loop(x, w.constant(0), s.columns, 0, [
        ...w.set(begin, get(x)),
        ...w.set(end, w.add(get(x), w.constant(BLOCK))),
        ...w.when(w.lessThan(w.constant(s.columns), get(end)), w.set(end, w.constant(s.columns))),
        ...w.set(registers.scores, get(first)),
        ...w.loopUntil(x, end, 1, [
          ...parts.flat(),
          ...w.increase(registers.cell, s.depth * 4),
          ...w.increase(registers.scores, s.scores * 4),
          ...w.increase(flow, 4),
        ]),
        ...output,
      ]),
    ],
  };
}

/**
 * Where the window of a cell begins in B, and the fractions. Places so far outside that the whole window is, and those
 * that are not numbers, are moved to where it just is, among the zeros.
 */
function findWindow(
  s: Sizes,
  target: Target,
  { corner, fx, fy }: Registers,
  { x, y, flow }: { readonly x: Local; readonly y: Local; readonly flow: Local },
  whole: Local,
): Code {
  const { reach } = target;
  const place = (fraction: Local, own: Local, plane: number, size: number): Code => [
    ...w.set(
      fraction,
      add(
        w.f32x4.loadSplat(get(flow), plane * s.height * s.columns * 4),
        w.i32x4.toFloat(w.i32x4.splat(get(own))),
      ),
    ),
    ...(reach === 1 ? [] : w.set(fraction, toCoarse(get(fraction), reach))),
    ...w.set(
      fraction,
      w.f32x4.greatest(
        w.f32x4.least(get(fraction), w.f32x4.splat(size + s.radius)),
        w.f32x4.splat(-s.radius - 2),
      ),
    ),
    ...w.set(whole, w.f32x4.floor(get(fraction))),
    ...w.set(fraction, subtract(get(fraction), get(whole))),
  ];
  const lane = w.i32x4.lane(w.i32x4.truncate(get(whole)), 0);
  const cell = s.depth * 4;
  const origin = target.at + (s.window - s.radius) * (target.stride + 1) * cell;
  return [
    ...place(fy, y, 1, target.height),
    ...w.set(corner, w.offset(w.constant(origin), lane, target.stride * cell)),
    ...place(fx, x, 0, target.width),
    ...w.set(corner, w.offset(get(corner), lane, cell)),
  ];
}

/** A place among cells, among those that are `reach` times coarser: (x + 0.5) / reach - 0.5. */
const toCoarse = (place: Code, reach: number): Code =>
  add(multiply(place, w.f32x4.splat(1 / reach)), w.f32x4.splat(0.5 / reach - 0.5));

/** From whole cells to samples; what the last vector of a row writes too much, the next row writes over. */
function blendWindow(s: Sizes, { dots, scores, fx, fy }: Registers, row: Local, end: Local): Code {
  const samples = s.window - 1;
  const between = (from: Code, to: Code, share: Local) => add(from, multiply(get(share), subtract(to, from)));
  const along = (at: number) => between(load(get(row), at), load(get(row), at + 4), fx);
  return [
    ...w.set(row, get(dots)),
    ...w.set(end, w.add(get(dots), w.constant(samples * s.pitch * 4))),
    ...w.loopUntil(row, end, s.pitch * 4, [
      ...Array.from({ length: Math.ceil(samples / 4) }, (_, q) =>
        store(get(scores), between(along(16 * q), along(16 * q + s.pitch * 4), fy), 16 * q),
      ).flat(),
      ...w.increase(scores, samples * 4),
    ]),
    ...w.increase(scores, -samples * samples * 4),
  ];
}

/** Writes the scores of the cells from `begin` to `end`, four of them and four displacements at a time. */
function writeBlock(
  s: Sizes,
  { out }: Target,
  locals: w.Locals,
  { item, begin, end, first }: Readonly<Record<'item' | 'begin' | 'end' | 'first', Local>>,
): Code {
  const [k, from, to, last] = Array.from({ length: 4 }, () => locals.integer());
  const [cells, planes, mixed] = [4, 4, 4].map((n) => Array.from({ length: n }, () => locals.vector()));
  const plane = s.height * s.columns * 4;
  const at = (column: Local): Code =>
    w.offset(w.offset(w.offset(w.constant(out), get(item), s.columns * 4), get(k), plane), get(column), 4);
  const group = (count: number): Code => [
    ...w.set(from, w.offset(get(first), get(k), 4)),
    ...w.set(to, at(begin)),
    ...w.set(last, at(end)),
    ...w.loopUntil(to, last, 16, [
      ...cells.flatMap((cell, i) => w.set(cell, load(get(from), i * s.scores * 4))),
      ...transpose(cells, mixed, planes),
      ...planes.slice(0, count).flatMap((values, i) => store(get(to), get(values), i * plane)),
      ...w.increase(from, 4 * s.scores * 4),
    ]),
  ];
  const fours = s.displacements - (s.displacements % 4);
  return [
    ...(fours ? w.loop(k, w.constant(0), fours, 4, group(4)) : []),
    ...w.set(k, w.constant(fours)),
    ...group(s.displacements - fours),
  ];
}
