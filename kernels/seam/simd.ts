/** The weighing of seams in WebAssembly SIMD, four pixels at a time. */

import * as w from '../wasm/code.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import { FARTHEST, FLAT, NEVER, PULL, UNIT } from './types.ts';
import type { SeamLayer, SeamWeights, Window } from './types.ts';

const { absolute, add, and, atMost, divide, floor, greatest, least, load, multiply } = w.f32x4;
const { or, select, splat, store, subtract, values, without, zero } = w.f32x4;

interface Kernel {
  /**
   * Weighs a row of pixels, from terminals at `out` to `end`; costs go to `costs`. Of the new layer and the old one
   * `fresh` and `old` are the colours of the first pixel, in rows of `pitch` bytes, `showsFresh` and `showsOld` whether
   * they show it, in rows of `maskPitch`, and `depthFresh` and `depthOld` its depths.
   */
  weigh(
    out: number,
    end: number,
    costs: number,
    fresh: number,
    old: number,
    pitch: number,
    showsFresh: number,
    showsOld: number,
    maskPitch: number,
    depthFresh: number,
    depthOld: number,
  ): void;
  /** Ties from `out` to `end` between costs from `costs` on and those `step` bytes further. */
  tie(out: number, end: number, costs: number, step: number): void;
}

/** One colour of the four pixels from `address` on, as floats. */
const colour = (address: w.Code, c: number): w.Code =>
  w.i32x4.toFloat(
    w.bytes.shuffle(
      load(address),
      zero,
      [0, 3, 6, 9].flatMap((at) => [at + c, 16, 16, 16]),
    ),
  );

/** A pixel's neighbours: pixels to the right, and rows down. */
const SIDES = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];
const stepTo = (address: w.Local, [x, y]: number[], size: number, pitch: w.Local): w.Code =>
  w.add(
    w.add(w.get(address), w.constant(size * x)),
    y === 0 ? w.constant(0) : w.multiply(w.get(pitch), w.constant(y)),
  );

function weighSource(): w.FunctionSource {
  const locals = w.createLocals(11);
  const [out, end, costs, fresh, old, pitch, showsFresh, showsOld, maskPitch] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [depthFresh, depthOld] = [9, 10];
  const [inFresh, inOld, both, differs, change, terminal] = Array.from({ length: 6 }, () => locals.vector());
  const [nextFresh, nextOld, toOld, toFresh, value] = Array.from({ length: 5 }, () => locals.vector());
  const around = SIDES.map(() => locals.vector());
  const shown = (address: w.Code): w.Code =>
    w.i32x4.greater(w.i32x4.truncate(w.colours.toFloats(address)), zero);
  /** Adds the changes of green across a layer's pixels. */
  const addChanges = (neighbour: (side: number[]) => w.Code): w.Code => [
    ...SIDES.flatMap((side, k) => w.set(around[k], neighbour(side))),
    ...[0, 2].flatMap((k) =>
      w.set(change, add(w.get(change), absolute(subtract(w.get(around[k + 1]), w.get(around[k]))))),
    ),
  ];
  const greenOfOld = (side: number[]): w.Code =>
    select(colour(stepTo(old, side, 3, pitch), 1), w.get(value), shown(stepTo(showsOld, side, 1, maskPitch)));
  const findSides = SIDES.flatMap((side) => [
    ...w.set(nextFresh, shown(stepTo(showsFresh, side, 1, maskPitch))),
    ...w.set(nextOld, shown(stepTo(showsOld, side, 1, maskPitch))),
    ...w.set(toOld, or(w.get(toOld), without(w.get(nextOld), w.get(nextFresh)))),
    ...w.set(toFresh, or(w.get(toFresh), without(w.get(nextFresh), w.get(nextOld)))),
  ]);
  const never = and(w.i32x4.splat(w.constant(NEVER)), without(w.get(toOld), w.get(toFresh)));
  const always = and(w.i32x4.splat(w.constant(-NEVER)), without(w.get(toFresh), w.get(toOld)));
  return {
    name: 'weigh',
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(inFresh, shown(w.get(showsFresh))),
      ...w.set(inOld, shown(w.get(showsOld))),
      ...w.set(both, and(w.get(inFresh), w.get(inOld))),
      ...w.set(differs, zero),
      ...[0, 1, 2].flatMap((c) =>
        w.set(
          differs,
          add(w.get(differs), absolute(subtract(colour(w.get(fresh), c), colour(w.get(old), c)))),
        ),
      ),
      ...w.set(change, splat(FLAT)),
      ...addChanges((side) => colour(stepTo(fresh, side, 3, pitch), 1)),
      ...w.set(value, colour(w.get(old), 1)),
      ...addChanges(greenOfOld),
      ...store(
        w.get(costs),
        select(divide(w.get(differs), w.get(change)), values(-1, -1, -1, -1), w.get(both)),
      ),
      ...w.set(value, subtract(load(w.get(depthOld)), load(w.get(depthFresh)))),
      ...w.set(value, greatest(least(w.get(value), splat(FARTHEST)), splat(-FARTHEST))),
      ...w.set(value, floor(add(multiply(w.get(value), splat(PULL / FARTHEST)), splat(0.5)))),
      ...w.set(toOld, zero),
      ...w.set(toFresh, zero),
      ...findSides,
      ...w.set(terminal, w.i32x4.add(w.i32x4.truncate(w.get(value)), w.i32x4.add(never, always))),
      // What only the new layer shows is its own.
      ...store(w.get(out), select(w.get(terminal), without(w.get(inFresh), w.get(inOld)), w.get(both))),
      ...[fresh, old].flatMap((address) => w.increase(address, 12)),
      ...[showsFresh, showsOld].flatMap((address) => w.increase(address, 4)),
      ...[costs, depthFresh, depthOld].flatMap((address) => w.increase(address, 16)),
    ]),
  };
}

function tieSource(): w.FunctionSource {
  const locals = w.createLocals(4);
  const [out, end, costs, step] = [0, 1, 2, 3];
  const [here, there] = [locals.vector(), locals.vector()];
  const rounded = floor(add(multiply(add(w.get(here), w.get(there)), splat(UNIT)), splat(1.5)));
  const exists = and(atMost(zero, w.get(here)), atMost(zero, w.get(there)));
  return {
    name: 'tie',
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(here, load(w.get(costs))),
      ...w.set(there, load(w.add(w.get(costs), w.get(step)))),
      ...store(w.get(out), w.i32x4.truncate(and(rounded, exists))),
      ...w.increase(costs, 16),
    ]),
  };
}

const withKernel = kernelWithMemory<Kernel>(() => [weighSource(), tieSource()]);

/** @returns null where this cannot do it: no SIMD here, or more than 2 GiB of pixels */
export function weighSimd(fresh: SeamLayer, old: SeamLayer, window: Window): SeamWeights | null {
  const { width, height } = window;
  // A frame of a pixel, and room for vectors that reach too far.
  const [columns, rows] = [width + 8, height + 2];
  const layout = createLayout('seams');
  const placeLayer = (): Places => ({
    rgb: layout.place(Math.ceil((3 * columns * rows) / 4) + 4),
    inside: layout.place(Math.ceil((columns * rows) / 4) + 4),
    depth: layout.place(columns),
  });
  const places = { fresh: placeLayer(), old: placeLayer() };
  const [costs, row] = [layout.place(columns * rows), layout.place(columns)];
  return withKernel(layout.bytes(), (kernel, buffer) => {
    copyFramed(buffer, fresh, window, places.fresh);
    copyFramed(buffer, old, window, places.old);
    return weighRows(buffer, kernel, { fresh, old, window, places, costs, row });
  });
}

/** Where a layer's colours and mask lie, framed, and one row of its depths. */
interface Places {
  readonly rgb: number;
  readonly inside: number;
  readonly depth: number;
}

interface Work {
  readonly fresh: SeamLayer;
  readonly old: SeamLayer;
  readonly window: Window;
  readonly places: { readonly fresh: Places; readonly old: Places };
  readonly costs: number;
  readonly row: number;
}

function weighRows(
  buffer: ArrayBuffer,
  kernel: Kernel,
  { fresh, old, window, places, costs, row }: Work,
): SeamWeights {
  const { width, height } = window;
  const columns = width + 8;
  const [floats, integers] = [new Float32Array(buffer), new Int32Array(buffer)];
  const costsAt = (y: number): number => costs + 4 * columns * y;
  // No ties to the right of the last column, nor below the last row.
  floats.fill(-1, costs / 4, costs / 4 + columns * (height + 1));
  const takeRow = (out: Int32Array, y: number): void =>
    out.set(integers.subarray(row / 4, row / 4 + width), y * width);
  const [terminals, right, down] = [0, 1, 2].map(() => new Int32Array(width * height));
  for (let y = 0; y < height; y++) {
    const at = (y + 1) * columns + 1;
    for (const [layer, { depth }] of [
      [fresh, places.fresh],
      [old, places.old],
    ] as const)
      copyRow(layer.depth, layer.area, window, y, floats, depth / 4);
    kernel.weigh(
      ...[row, row + 4 * width, costsAt(y)],
      ...[places.fresh.rgb + 3 * at, places.old.rgb + 3 * at, 3 * columns],
      ...[places.fresh.inside + at, places.old.inside + at, columns],
      ...[places.fresh.depth, places.old.depth],
    );
    floats[costsAt(y) / 4 + width] = -1;
    takeRow(terminals, y);
  }
  for (let y = 0; y < height; y++) {
    kernel.tie(row, row + 4 * width, costsAt(y), 4);
    takeRow(right, y);
    kernel.tie(row, row + 4 * width, costsAt(y), 4 * columns);
    takeRow(down, y);
  }
  return { terminals, right, down };
}

/** A row of the window of a plane of one value a pixel. */
function copyRow(
  from: Float32Array,
  area: Window,
  { x, y, width }: Window,
  row: number,
  to: Float32Array,
  at: number,
): void {
  const start = (y + row - area.y) * area.width + x - area.x;
  to.set(from.subarray(start, start + width), at);
}

/**
 * Brings the window of a layer to its place, with a frame of a pixel: colours beyond the layer's area are those at its
 * edge, and it shows nothing there.
 */
function copyFramed(buffer: ArrayBuffer, layer: SeamLayer, window: Window, places: Places): void {
  const { area, rgb, inside } = layer;
  const bytes = new Uint8Array(buffer);
  const columns = window.width + 8;
  const [rows, left] = [window.height + 2, window.x - 1 - area.x];
  bytes.fill(0, places.inside, places.inside + columns * rows);
  // Of the frame's columns those that lie in the area.
  const [first, last] = [Math.max(0, -left), Math.min(window.width + 2, area.width - left)];
  for (let j = 0; j < rows; j++) {
    const y = window.y - 1 + j - area.y;
    const held = Math.max(0, Math.min(area.height - 1, y));
    const from = held * area.width + left;
    const to = places.rgb + 3 * j * columns;
    bytes.set(rgb.subarray(3 * (from + first), 3 * (from + last)), to + 3 * first);
    if (first > 0) bytes.copyWithin(to, to + 3, to + 6);
    if (last < window.width + 2) bytes.copyWithin(to + 3 * last, to + 3 * (last - 1), to + 3 * last);
    if (y === held)
      bytes.set(inside.subarray(from + first, from + last), places.inside + j * columns + first);
  }
}
