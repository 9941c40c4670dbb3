/** Pieces of code that several kernels are made of: feature vectors channels last, and windows of them. */

import { createLocals, f32x4, get } from './code.ts';
import * as w from './code.ts';
import type { Code, FunctionSource, Local, Locals } from './code.ts';

const { add, load, multiply, shuffle, store } = f32x4;

/** Cells that `packRow` brings over at a time: up to one less of them is written behind each row. */
export const PACK = 4;

/** Maps as they come and as they are wanted; all sizes in bytes unless said otherwise. */
export interface PackSizes {
  /**
   * Columns, up to the next multiple of `PACK`. What is read and written beyond the map must do no harm, also where rows
   * are packed in any order: none of it may be a cell of another row.
   */
  readonly columns: number;
  /** Channels, up to the next multiple of four. */
  readonly depth: number;
  /** The map channels first, its distance from row to row and that from channel to channel. */
  readonly from: number;
  readonly fromRow: number;
  readonly fromPlane: number;
  /** The map channels last, `depth` values a cell, and its distance from row to row. */
  readonly to: number;
  readonly toRow: number;
  /** What every value is multiplied by. */
  readonly factor: number;
}

/** `name(row, thread)`: brings one row of a map into channels-last order, four cells and four channels at a time. */
export function packRow(name: string, s: PackSizes): FunctionSource {
  const locals = createLocals(2);
  const [x, c, source, target, corner] = Array.from({ length: 5 }, () => locals.integer());
  const [rows, cells, mixed] = [4, 4, 4].map((n) => Array.from({ length: n }, () => locals.vector()));
  const value = (i: number): Code => load(get(corner), i * s.fromPlane);
  const four: Code = [
    ...rows.flatMap((row, i) =>
      w.set(row, s.factor === 1 ? value(i) : multiply(value(i), f32x4.splat(s.factor))),
    ),
    ...transpose(rows, mixed, cells),
    ...cells.flatMap((cell, i) => store(get(target), get(cell), i * s.depth * 4)),
    ...w.increase(corner, 4 * s.fromPlane),
    ...w.increase(target, 16),
  ];
  return {
    name,
    locals,
    body: [
      ...w.set(source, w.offset(w.constant(s.from), get(0), s.fromRow)),
      ...w.set(target, w.offset(w.constant(s.to), get(0), s.toRow)),
      ...w.loop(x, w.constant(0), s.columns, 4, [
        ...w.set(corner, get(source)),
        ...w.loop(c, w.constant(0), s.depth, 4, four),
        ...w.increase(source, 16),
        // The inner loop has gone over the first of four cells.
        ...w.increase(target, 3 * s.depth * 4),
      ]),
    ],
  };
}

/** Transposes four vectors of four lanes. */
export function transpose(rows: readonly Local[], t: readonly Local[], columns: readonly Local[]): Code {
  const mix = (to: Local, a: Local, b: Local, lanes: number[]) => w.set(to, shuffle(get(a), get(b), lanes));
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

/** The largest number of sums that, with as many vectors of B and one of A, fit in sixteen registers. */
const MOST_SUMS = 7;

/** A square window of cells of a map, channels last; sizes in values. */
export interface WindowSizes {
  readonly window: number;
  readonly depth: number;
  /** Cells from one row of the map to the next. */
  readonly stride: number;
  /** From one row of the dot products to the next: at least `window + 3`, for vectors end behind the window. */
  readonly pitch: number;
}

/** Addresses: of a cell, of the upper left cell of a window of the other map, of where the products go. */
export interface WindowPlaces {
  readonly cell: Local;
  /** Moved on by the height of the window. */
  readonly corner: Local;
  readonly dots: Local;
}

/** The dot products of a cell with all cells of a window. */
export function multiplyWindow(s: WindowSizes, { cell, corner, dots }: WindowPlaces, locals: Locals): Code {
  const count = Math.ceil(s.window / Math.ceil(s.window / MOST_SUMS));
  const sums = Array.from({ length: count }, () => locals.vector());
  const [value, mixed] = [locals.vector(), [locals.vector(), locals.vector()]];
  const [row, a, b, end, to] = Array.from({ length: 5 }, () => locals.integer());
  const starts = Array.from({ length: Math.ceil(s.window / count) }, (_, k) => k * count);
  const part = (start: number): Code => {
    const used = sums.slice(0, s.window - start);
    return [
      ...w.set(a, get(cell)),
      ...w.set(b, w.add(get(corner), w.constant(start * s.depth * 4))),
      ...used.flatMap((sum) => w.set(sum, f32x4.zero)),
      ...w.set(end, w.add(get(cell), w.constant(s.depth * 4))),
      ...w.loopUntil(a, end, 16, [
        ...w.set(value, load(get(a))),
        ...used.flatMap((sum, k) =>
          w.set(sum, add(get(sum), multiply(get(value), load(get(b), k * s.depth * 4)))),
        ),
        ...w.increase(b, 16),
      ]),
      ...Array.from({ length: Math.ceil(used.length / 4) }, (_, q) => {
        const four = [0, 1, 2, 3].map((k) => used[Math.min(4 * q + k, used.length - 1)]);
        return store(get(to), sumLanes(four, mixed), (start + 4 * q) * 4);
      }).flat(),
    ];
  };
  return [
    ...w.set(to, get(dots)),
    ...w.loop(row, w.constant(0), s.window, 1, [
      ...starts.flatMap(part),
      ...w.increase(corner, s.stride * s.depth * 4),
      ...w.increase(to, s.pitch * 4),
    ]),
  ];
}

/** Lane k of the result is the sum of the lanes of vector k. */
function sumLanes([a, b, c, d]: readonly Local[], [left, right]: readonly Local[]): Code {
  const halves = (p: Local, q: Local) =>
    add(shuffle(get(p), get(q), [0, 4, 1, 5]), shuffle(get(p), get(q), [2, 6, 3, 7]));
  return [
    ...w.set(left, halves(a, b)),
    ...w.set(right, halves(c, d)),
    ...add(shuffle(get(left), get(right), [0, 1, 4, 5]), shuffle(get(left), get(right), [2, 3, 6, 7])),
  ];
}

/** All lanes become the result of a commutative operation on all four; `local` holds them, and the result. */
export const reduceLanes = (local: Local, operation: (a: Code, b: Code) => Code): Code =>
  [
    [2, 3, 0, 1],
    [1, 0, 3, 2],
  ].flatMap((lanes) => w.set(local, operation(get(local), shuffle(get(local), get(local), lanes))));
