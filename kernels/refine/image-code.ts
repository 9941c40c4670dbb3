/** The code that brings images and flow to linear constraints: smoothing, carrying B back, motion tensors. */

import * as w from '../wasm/code.ts';
import type { Code, Local, Locals } from '../wasm/code.ts';
import { FIELD, MARGIN, SCALARS, TENSOR_VECTORS } from './layout.ts';
import type { Layout } from './layout.ts';
import { ROUGHNESS } from './parameters.ts';

const { absolute, add, divide, greatest, least, load, multiply, shuffle, spread, store, subtract } = w.f32x4;
const scalar = (at: number): Code => w.f32x4.loadSplat(w.constant(0), at);
const vectors = (locals: Locals, count: number): Local[] =>
  Array.from({ length: count }, () => locals.vector());

/** Four values smoothed along both axes, from the rows above, at and below them. */
function smooth(rows: readonly Local[], at: number, tall: readonly Local[]): Code {
  const [above, middle, below] = rows;
  const column = (dx: number): Code =>
    add(
      multiply(scalar(SCALARS.share), add(load(w.get(above), at + 4 * dx), load(w.get(below), at + 4 * dx))),
      multiply(scalar(SCALARS.centre), load(w.get(middle), at + 4 * dx)),
    );
  return [
    ...tall.flatMap((local, i) => w.set(local, column(i - 1))),
    ...add(
      multiply(scalar(SCALARS.share), add(w.get(tall[0]), w.get(tall[2]))),
      multiply(scalar(SCALARS.centre), w.get(tall[1])),
    ),
  ];
}

/** `smoothA(above, middle, below, out)`: one row of one channel. */
export function smoothA({ groups }: Layout): w.FunctionSource {
  const locals = w.createLocals(4);
  const [above, middle, below, out] = [0, 1, 2, 3];
  const tall = vectors(locals, 3);
  const end = locals.integer();
  return {
    name: 'smoothA',
    locals,
    body: [
      ...w.set(end, w.add(w.get(out), w.constant(groups * 32))),
      ...w.loopUntil(out, end, 16, [
        ...store(w.get(out), smooth([above, middle, below], MARGIN, tall)),
        ...[above, middle, below].flatMap((row) => w.increase(row, 16)),
      ]),
    ],
  };
}

/** `smoothB(above, middle, below, out)`: one row of all channels, which come to lie side by side. */
export function smoothB({ channels, groups, height, rawStride }: Layout): w.FunctionSource {
  const locals = w.createLocals(4);
  const [above, middle, below, out] = [0, 1, 2, 3];
  const tall = vectors(locals, 3);
  const [planes, pixels, mixed] = [vectors(locals, 4), vectors(locals, 4), vectors(locals, 2)];
  const end = locals.integer();
  return {
    name: 'smoothB',
    locals,
    body: [
      ...w.set(end, w.add(w.get(out), w.constant(groups * 128))),
      ...w.loopUntil(out, end, 64, [
        ...planes
          .slice(0, channels)
          .flatMap((local, c) =>
            w.set(local, smooth([above, middle, below], MARGIN + c * height * rawStride, tall)),
          ),
        ...transpose(planes, pixels, mixed),
        ...pixels.flatMap((local, i) => store(w.get(out), w.get(local), 16 * i)),
        ...[above, middle, below].flatMap((row) => w.increase(row, 16)),
      ]),
    ],
  };
}

/** Lane i of row k becomes lane k of column i. */
function transpose(rows: readonly Local[], columns: readonly Local[], mixed: readonly Local[]): Code {
  const mix = (to: Local, from: readonly Local[], lanes: readonly number[]) =>
    w.set(to, shuffle(w.get(from[0]), w.get(from[1]), lanes));
  const half = (lanes: readonly number[], to: readonly Local[]): Code => [
    ...mix(mixed[0], [rows[0], rows[1]], lanes),
    ...mix(mixed[1], [rows[2], rows[3]], lanes),
    ...mix(to[0], mixed, [0, 1, 4, 5]),
    ...mix(to[1], mixed, [2, 3, 6, 7]),
  ];
  return [
    ...half([0, 4, 1, 5], columns.slice(0, 2)),
    ...(columns.length > 2 ? half([2, 6, 3, 7], columns.slice(2, 4)) : []),
  ];
}

/**
 * `warp(record, a, slot, confidence, y, above, below)`: carries row y of B back by the flow, bilinearly, and leaves the
 * mean of it and A, their difference and the trust of every pixel in a slot of the ring. The records are those of the row
 * and of its neighbours, with the edge of the flow repeated on either side.
 */
export function warp(layout: Layout): w.FunctionSource {
  const { channels, groups, half, rawStride, ringChannel } = layout;
  const locals = w.createLocals(7);
  const [record, a, slot, confidence, y, above, below] = [0, 1, 2, 3, 4, 5, 6];
  const [column, row, rough] = vectors(locals, 3);
  const [out, end] = [locals.integer(), locals.integer()];
  const halves = [vectors(locals, 4), vectors(locals, 4)];
  const tools = gatherTools(locals);
  const trust = 2 * channels * ringChannel;
  const original = locals.vector();
  /** Brings the halves together again, and stores mean and change of four pixels. */
  const combine = (c: number, lanes: readonly number[], at: number): Code => [
    ...w.set(original, load(w.get(a), c * rawStride + at)),
    ...w.set(tools.x, shuffle(w.get(halves[0][c]), w.get(halves[1][c]), lanes)),
    ...store(
      w.get(out),
      multiply(add(w.get(original), w.get(tools.x)), w.f32x4.splat(0.5)),
      MARGIN + c * ringChannel + at,
    ),
    ...store(
      w.get(out),
      subtract(w.get(tools.x), w.get(original)),
      MARGIN + (channels + c) * ringChannel + at,
    ),
  ];
  return {
    name: 'warp',
    locals,
    body: [
      ...w.set(row, w.i32x4.toFloat(w.i32x4.splat(w.get(y)))),
      ...w.set(column, w.f32x4.values(0, 2, 4, 6)),
      ...w.set(out, w.get(slot)),
      ...w.set(end, w.add(w.get(record), w.constant(groups * 16))),
      ...w.loopUntil(record, end, 16, [
        ...[0, 1].flatMap((odd) => [
          ...w.set(tools.x, add(w.get(column), load(w.get(record), (FIELD.u + odd) * half))),
          ...w.set(tools.y, add(w.get(row), load(w.get(record), (FIELD.v + odd) * half))),
          ...roughness(rough, tools.cells, { record, above, below }, half, odd),
          ...store(
            w.get(slot),
            divide(multiply(inside(tools, layout), load(w.get(confidence), odd * half)), w.get(rough)),
            trust + odd * half,
          ),
          ...gather(tools, halves[odd], layout),
          ...w.set(column, add(w.get(column), w.f32x4.splat(odd ? 7 : 1))),
        ]),
        ...Array.from({ length: channels }, (_, c) => [
          ...combine(c, [0, 4, 1, 5], 0),
          ...combine(c, [2, 6, 3, 7], 16),
        ]).flat(),
        ...w.increase(out, 32),
        ...w.increase(a, 32),
        ...[slot, confidence, above, below].flatMap((local) => w.increase(local, 16)),
      ]),
    ],
  };
}

interface GatherTools {
  /** Where in B the four samples lie; later their fractions. */
  readonly x: Local;
  readonly y: Local;
  /** Places of the four cells of B. */
  readonly cells: Local;
  readonly cell: Local;
  readonly corners: readonly Local[];
  readonly samples: readonly Local[];
  readonly mixed: readonly Local[];
}

function gatherTools(locals: Locals): GatherTools {
  return {
    x: locals.vector(),
    y: locals.vector(),
    cells: locals.vector(),
    cell: locals.integer(),
    corners: vectors(locals, 2),
    samples: vectors(locals, 4),
    mixed: vectors(locals, 2),
  };
}

/** 1 where the sample lies in B, falling to 0 a pixel outside. */
function inside({ x, y }: GatherTools, { width, height }: Layout): Code {
  const outside = (local: Local, size: number) => absolute(subtract(w.get(local), clamped(local, size)));
  const left = subtract(w.f32x4.splat(1), add(outside(x, width), outside(y, height)));
  return greatest(left, w.f32x4.zero);
}

/** Moved to where B has samples. */
const clamped = (local: Local, size: number): Code =>
  greatest(least(w.get(local), w.f32x4.splat(size - 1)), w.f32x4.zero);

/** 1 and `ROUGHNESS` times the squared differences of the flow to the four neighbours. */
function roughness(
  sum: Local,
  difference: Local,
  { record, above, below }: Readonly<Record<'record' | 'above' | 'below', Local>>,
  half: number,
  odd: number,
): Code {
  const addSquare = (neighbour: Code, own: Code): Code => [
    ...w.set(difference, subtract(neighbour, own)),
    ...w.set(sum, add(w.get(sum), multiply(w.get(difference), w.get(difference)))),
  ];
  return [
    ...w.set(sum, w.f32x4.zero),
    ...[FIELD.u, FIELD.v].flatMap((field) => {
      const [own, other] = [(field + odd) * half, (field + 1 - odd) * half + 4 * odd];
      return [
        load(w.get(record), other),
        load(w.get(record), other - 4),
        load(w.get(above), own),
        load(w.get(below), own),
      ].flatMap((neighbour) => addSquare(neighbour, load(w.get(record), own)));
    }),
    ...w.set(sum, add(w.f32x4.splat(1), multiply(w.f32x4.splat(ROUGHNESS), w.get(sum)))),
  ];
}

/** Four samples of B, moved to its edge where they lie outside: channel c to local c of `planes`. */
function gather(tools: GatherTools, planes: readonly Local[], { width, height, b, bStride }: Layout): Code {
  const { x, y, cells, cell, corners, samples, mixed } = tools;
  const clamp = (local: Local, size: number) => w.set(local, clamped(local, size));
  const whole = (local: Local) => w.i32x4.truncate(w.get(local));
  const bytes = (local: Local, stride: number) =>
    w.i32x4.multiply(whole(local), w.i32x4.splat(w.constant(stride)));
  const fraction = (local: Local) =>
    w.set(local, subtract(w.get(local), w.i32x4.toFloat(w.i32x4.truncate(w.get(local)))));
  const between = (from: Code, to: Code, share: Code) => add(from, multiply(share, subtract(to, from)));
  const between2 = (at: number, lane: number) =>
    between(load(w.get(cell), at), load(w.get(cell), at + 16), spread(w.get(x), lane));
  return [
    ...clamp(x, width),
    ...clamp(y, height),
    ...w.set(
      cells,
      w.i32x4.add(w.i32x4.splat(w.constant(b | 0)), w.i32x4.add(bytes(y, bStride), bytes(x, 16))),
    ),
    ...fraction(x),
    ...fraction(y),
    ...samples.flatMap((local, lane) => [
      ...w.set(cell, w.i32x4.lane(w.get(cells), lane)),
      ...w.set(corners[0], between2(0, lane)),
      ...w.set(corners[1], between2(bStride, lane)),
      ...w.set(local, between(w.get(corners[0]), w.get(corners[1]), spread(w.get(y), lane))),
    ]),
    ...transpose(samples, planes, mixed),
  ];
}

/** Places of the coefficients of a quadratic form `[u v 1] J [u v 1]'`: those of two unknowns, then the rest. */
const COEFFICIENTS = [
  [0, 0],
  [0, 1],
  [1, 1],
  [0, 2],
  [1, 2],
  [2, 2],
] as const;

/**
 * `tensor(above2, above, middle, below, below2, record, out)`: the squares of all constraints of a row, added up
 * over the channels to two quadratic forms of the flow's change, brightness and gradient (the motion tensors of
 * Zimmer et al. 2011, section 2.2), times the square of the trust; and the flow itself, which they start from.
 */
export function tensor(layout: Layout): w.FunctionSource {
  const { channels, groups, half, ringChannel, tensorHalf } = layout;
  const locals = w.createLocals(7);
  const slots = [0, 1, 2, 3, 4];
  const [record, out] = [5, 6];
  const sums = [vectors(locals, 12), vectors(locals, 12)];
  const derivatives = derivativeLocals(locals);
  const end = locals.integer();
  const [trusted, ...trusts] = [locals.integer(), locals.vector(), locals.vector()];
  const trust = 2 * channels * ringChannel;
  const gatherHalf = (odd: number): Code => [
    ...sums[0].flatMap((local, k) =>
      store(
        w.get(out),
        multiply(
          shuffle(w.get(local), w.get(sums[1][k]), odd ? [1, 3, 5, 7] : [0, 2, 4, 6]),
          w.get(trusts[odd]),
        ),
        odd * tensorHalf + 16 * k,
      ),
    ),
    ...[FIELD.u, FIELD.v].flatMap((field, k) =>
      store(w.get(out), load(w.get(record), (field + odd) * half), odd * tensorHalf + 16 * (12 + k)),
    ),
  ];
  return {
    name: 'tensor',
    locals,
    body: [
      ...w.set(trusted, w.get(slots[2])),
      ...w.set(end, w.add(w.get(record), w.constant(groups * 16))),
      ...w.loopUntil(record, end, 16, [
        // All channels of one quadratic form before the next: six sums at a time are worked on, not twelve.
        ...[0, 1].flatMap((part) =>
          FORMS.flatMap(({ derive, add }) =>
            Array.from({ length: channels }, (_, c) => [
              ...derive(at(slots, layout, c, 16 * part), derivatives),
              ...add(sums[part], derivatives, c === 0),
            ]).flat(),
          ),
        ),
        ...[0, 1].flatMap((odd) => [
          ...w.set(trusts[odd], load(w.get(trusted), trust + odd * half)),
          ...w.set(trusts[odd], multiply(w.get(trusts[odd]), w.get(trusts[odd]))),
          ...gatherHalf(odd),
        ]),
        ...slots.flatMap((local) => w.increase(local, 32)),
        ...w.increase(trusted, 16),
        ...w.increase(out, 16 * TENSOR_VECTORS),
      ]),
    ],
  };
}

interface DerivativeLocals {
  readonly x: Local;
  readonly y: Local;
  readonly z: Local;
  readonly xx: Local;
  readonly xy: Local;
  readonly yy: Local;
  readonly xz: Local;
  readonly yz: Local;
  readonly twiceMean: Local;
  readonly scale: Local;
  readonly scaled: readonly Local[];
}

function derivativeLocals(locals: Locals): DerivativeLocals {
  const [x, y, z, xx, xy, yy, xz, yz, twiceMean, scale] = vectors(locals, 10);
  return { x, y, z, xx, xy, yy, xz, yz, twiceMean, scale, scaled: vectors(locals, 3) };
}

/** Values of a mean and of a change of one channel, beside four pixels. */
interface Values {
  readonly mean: (dx: number, dy: number) => Code;
  readonly change: (dx: number, dy: number) => Code;
}

function at(slots: readonly Local[], { channels, ringChannel }: Layout, c: number, shift: number): Values {
  const value = (plane: number) => (dx: number, dy: number) =>
    load(w.get(slots[2 + dy]), plane * ringChannel + MARGIN + shift + 4 * dx);
  return { mean: value(c), change: value(channels + c) };
}

/*
 * Central differences of the mean and the change. What enters one constraint has one factor, 2 or 4: the constraint is
 * divided by its length, and only the flatness has to follow.
 */

const twice = (local: Local, code: Code): Code => [
  ...w.set(local, code),
  ...w.set(local, add(w.get(local), w.get(local))),
];

const deriveBrightness = ({ mean, change }: Values, d: DerivativeLocals): Code => [
  ...w.set(d.x, subtract(mean(1, 0), mean(-1, 0))),
  ...w.set(d.y, subtract(mean(0, 1), mean(0, -1))),
  ...twice(d.z, change(0, 0)),
];

function deriveGradient({ mean, change }: Values, d: DerivativeLocals): Code {
  const second = (first: Code, last: Code) => subtract(add(first, last), w.get(d.twiceMean));
  return [
    ...twice(d.twiceMean, mean(0, 0)),
    ...w.set(d.xx, second(mean(-2, 0), mean(2, 0))),
    ...w.set(d.yy, second(mean(0, -2), mean(0, 2))),
    ...w.set(d.xy, subtract(subtract(mean(1, 1), mean(-1, 1)), subtract(mean(1, -1), mean(-1, -1)))),
    ...twice(d.xz, subtract(change(1, 0), change(-1, 0))),
    ...twice(d.yz, subtract(change(0, 1), change(0, -1))),
  ];
}

/** Adds the square of a constraint to a form. */
function addSquare(
  row: readonly Local[],
  flat: number,
  to: readonly Local[],
  d: DerivativeLocals,
  first: boolean,
): Code {
  const square = (k: number) => multiply(w.get(row[k]), w.get(row[k]));
  return [
    ...w.set(d.scale, divide(w.f32x4.splat(1), add(add(square(0), square(1)), scalar(flat)))),
    ...row.flatMap((local, k) => w.set(d.scaled[k], multiply(w.get(local), w.get(d.scale)))),
    ...COEFFICIENTS.flatMap(([i, j], k) => {
      const part = multiply(w.get(d.scaled[i]), w.get(row[j]));
      return w.set(to[k], first ? part : add(w.get(to[k]), part));
    }),
  ];
}

/** The two quadratic forms of a channel: one constraint of brightness, and the two of its gradient. */
const FORMS: readonly {
  readonly derive: (values: Values, d: DerivativeLocals) => Code;
  readonly add: (sums: readonly Local[], d: DerivativeLocals, first: boolean) => Code;
}[] = [
  {
    derive: deriveBrightness,
    add: (sums, d, first) => addSquare([d.x, d.y, d.z], SCALARS.flat2, sums.slice(0, 6), d, first),
  },
  {
    derive: deriveGradient,
    add: (sums, d, first) => [
      ...addSquare([d.xx, d.xy, d.xz], SCALARS.flat4, sums.slice(6), d, first),
      ...addSquare([d.xy, d.yy, d.yz], SCALARS.flat4, sums.slice(6), d, false),
    ],
  },
];

/** `split(flow, record)`: a row of u and v side by side into the halves of its record. */
export function split({ groups, half }: Layout): w.FunctionSource {
  const locals = w.createLocals(2);
  const [flow, record] = [0, 1];
  const [pairs, halves, mixed] = [vectors(locals, 4), vectors(locals, 4), vectors(locals, 2)];
  const end = locals.integer();
  return {
    name: 'split',
    locals,
    body: [
      ...w.set(end, w.add(w.get(record), w.constant(groups * 16))),
      ...w.loopUntil(record, end, 16, [
        ...pairs.flatMap((local, i) => w.set(local, load(w.get(flow), 16 * i))),
        ...transpose(pairs, halves, mixed),
        ...HALVES.flatMap((at, k) => store(w.get(record), w.get(halves[k]), at * half)),
        ...w.increase(flow, 64),
      ]),
    ],
  };
}

/** `part(row, halves)`: a row of one value a pixel into its even and its odd columns. */
export function part({ groups, half }: Layout): w.FunctionSource {
  const locals = w.createLocals(2);
  const [row, halves] = [0, 1];
  const [left, right] = vectors(locals, 2);
  const end = locals.integer();
  const lanes = [
    [0, 2, 4, 6],
    [1, 3, 5, 7],
  ];
  return {
    name: 'part',
    locals,
    body: [
      ...w.set(end, w.add(w.get(halves), w.constant(groups * 16))),
      ...w.loopUntil(halves, end, 16, [
        ...w.set(left, load(w.get(row))),
        ...w.set(right, load(w.get(row), 16)),
        ...lanes.flatMap((own, odd) =>
          store(w.get(halves), shuffle(w.get(left), w.get(right), own), odd * half),
        ),
        ...w.increase(row, 32),
      ]),
    ],
  };
}

/** `join(record, flow)`: the reverse of `split`. */
export function join({ groups, half }: Layout): w.FunctionSource {
  const locals = w.createLocals(2);
  const [record, flow] = [0, 1];
  const [pairs, halves, mixed] = [vectors(locals, 4), vectors(locals, 4), vectors(locals, 2)];
  const end = locals.integer();
  return {
    name: 'join',
    locals,
    body: [
      ...w.set(end, w.add(w.get(record), w.constant(groups * 16))),
      ...w.loopUntil(record, end, 16, [
        ...HALVES.flatMap((at, k) => w.set(halves[k], load(w.get(record), at * half))),
        ...transpose(halves, pairs, mixed),
        ...pairs.flatMap((local, i) => store(w.get(flow), w.get(local), 16 * i)),
        ...w.increase(flow, 64),
      ]),
    ],
  };
}

/** Two pixels of flow are u and v of an even column, then of an odd one. */
const HALVES = [FIELD.u, FIELD.v, FIELD.u + 1, FIELD.v + 1] as const;
