/** Painting in WebAssembly SIMD: a vector holds the three colours of a pixel. */

import * as w from '../wasm/code.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import { CELL, COARSE, WHITE } from './types.ts';
import type { PaintChange, Painter, PaintNodes, PaintSource } from './types.ts';

const { add, greatest, least, load, multiply, splat, spread, subtract } = w.f32x4;

/** Bytes of a node, and of a value of the change. */
const VECTOR = 16;
/** At the start of the memory: the least and greatest place in the picture. */
const [LEAST, GREATEST] = [0, 16];

interface Kernel {
  /**
   * Cells from `nodes` to `end`; `below` bytes from one row of nodes to the next, `changeBelow` of the change; all
   * addresses and sizes in bytes; `outBelow` from the end of a cell's row to the beginning of its next.
   */
  run(
    nodes: number,
    end: number,
    below: number,
    change: number,
    changeBelow: number,
    picture: number,
    row: number,
    out: number,
    outBelow: number,
  ): void;
}

function runSource(): w.FunctionSource {
  const locals = w.createLocals(9);
  const [nodes, end, below, change, changeBelow, picture, row, out, outBelow] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [target, from, at, band, line, dot] = Array.from({ length: 6 }, () => locals.integer());
  const [left, right, leftStep, rightStep, place, step] = Array.from({ length: 6 }, () => locals.vector());
  const [slope, held, cell, share, upper, under, factor, white] = Array.from({ length: 8 }, () =>
    locals.vector(),
  );
  /** What is added at three neighbouring values of the change, and by how much more from row to row. */
  const added = [0, 1, 2].map(() => locals.vector());
  const more = [0, 1, 2].map(() => locals.vector());
  const sum = locals.vector();
  /** `to` becomes the colours between the pixel at `address` and the next, by the share along x. */
  const between = (to: w.Local, address: w.Code): w.Code => [
    ...w.set(to, w.colours.toFloats(address)),
    ...w.set(to, mix(to, w.colours.toFloats(address, 3), 0)),
  ];
  const mix = (a: w.Local, b: w.Code, axis: number): w.Code =>
    add(w.get(a), multiply(subtract(b, w.get(a)), spread(w.get(share), axis)));
  const pixel: w.Code = [
    ...w.set(held, least(greatest(w.get(place), load(w.constant(LEAST))), load(w.constant(GREATEST)))),
    ...w.set(cell, w.i32x4.truncate(w.get(held))),
    ...w.set(share, subtract(w.get(held), w.i32x4.toFloat(w.get(cell)))),
    ...w.set(at, w.offset(w.get(picture), w.i32x4.lane(w.get(cell), 0), 3)),
    ...w.set(at, w.add(w.get(at), w.multiply(w.i32x4.lane(w.get(cell), 1), w.get(row)))),
    ...between(upper, w.get(at)),
    ...between(under, w.add(w.get(at), w.get(row))),
    ...w.set(upper, mix(upper, w.get(under), 1)),
    ...w.set(factor, spread(w.get(place), 2)),
    ...w.set(white, least(least(spread(w.get(upper), 0), spread(w.get(upper), 1)), spread(w.get(upper), 2))),
    ...w.set(white, multiply(subtract(w.get(white), splat(WHITE)), splat(1 / (255 - WHITE)))),
    ...w.set(white, least(greatest(w.get(white), w.f32x4.zero), splat(1))),
    ...w.set(white, multiply(w.get(white), greatest(subtract(splat(1), w.get(factor)), w.f32x4.zero))),
    ...w.set(upper, add(multiply(w.get(upper), add(w.get(factor), w.get(white))), w.get(sum))),
    ...w.set(cell, w.colours.fromFloats(add(w.get(upper), splat(0.5)))),
    ...w.colours.storeThree(w.get(target), w.get(cell)),
    ...w.increase(target, 3),
    ...w.set(place, add(w.get(place), w.get(step))),
    ...w.set(sum, add(w.get(sum), w.get(slope))),
  ];
  const pixels = [0, 1].flatMap((half) => [
    ...w.set(sum, w.get(added[half])),
    ...w.set(slope, multiply(subtract(w.get(added[half + 1]), w.get(sum)), splat(1 / COARSE))),
    ...w.loop(dot, w.constant(0), COARSE, 1, pixel),
  ]);
  const lines = w.loop(line, w.constant(0), COARSE, 1, [
    ...w.set(place, w.get(left)),
    ...w.set(step, multiply(subtract(w.get(right), w.get(left)), splat(1 / CELL))),
    ...pixels,
    ...w.set(left, add(w.get(left), w.get(leftStep))),
    ...w.set(right, add(w.get(right), w.get(rightStep))),
    ...added.flatMap((value, k) => w.set(value, add(w.get(value), w.get(more[k])))),
    // The pixels have taken it to the end of the cell.
    ...w.set(target, w.add(w.get(target), w.get(outBelow))),
  ]);
  const bands = w.loop(band, w.constant(0), CELL / COARSE, 1, [
    ...added.flatMap((value, k) => w.set(value, load(w.get(from), VECTOR * k))),
    ...w.set(from, w.add(w.get(from), w.get(changeBelow))),
    ...more.flatMap((step, k) =>
      w.set(step, multiply(subtract(load(w.get(from), VECTOR * k), w.get(added[k])), splat(1 / COARSE))),
    ),
    ...lines,
  ]);
  const stepDown = (corner: number): w.Code => {
    const under = load(w.add(w.get(nodes), w.get(below)), corner);
    return multiply(subtract(under, load(w.get(nodes), corner)), splat(1 / CELL));
  };
  return {
    name: 'run',
    locals,
    body: w.loopUntil(nodes, end, VECTOR, [
      ...w.set(target, w.get(out)),
      ...w.set(from, w.get(change)),
      ...w.set(left, load(w.get(nodes))),
      ...w.set(right, load(w.get(nodes), VECTOR)),
      ...w.set(leftStep, stepDown(0)),
      ...w.set(rightStep, stepDown(VECTOR)),
      ...bands,
      ...w.increase(out, 3 * CELL),
      ...w.increase(change, (VECTOR * CELL) / COARSE),
    ]),
  };
}

const withKernel = kernelWithMemory<Kernel>(() => [runSource()]);

/** @returns false where this cannot do it: no SIMD here, or more than 2 GiB of a picture */
export function paintSimd(
  paint: (painter: Painter) => void,
  source: PaintSource,
  nodes: PaintNodes,
  change?: PaintChange,
): boolean {
  const window = windowOf(source, nodes);
  const row = 3 * window.width;
  const layout = createLayout('pictures');
  const nodesAt = layout.place(4 * nodes.columns * nodes.rows);
  const stripPitch = 3 * CELL * (nodes.columns - 1);
  const strip = layout.place((stripPitch * CELL) / 4 + 1);
  const changes = placeChange(layout, nodes, change);
  // One row more: past the last one colours are read that then count nothing.
  const picture = layout.place(Math.ceil((row * (window.height + 1)) / 4) + 1);
  const done = withKernel(layout.bytes(), (kernel, buffer) => {
    const [floats, bytes] = [new Float32Array(buffer), new Uint8Array(buffer)];
    copyWindow(source, window, bytes, picture);
    copyNodes(nodes, window, floats, nodesAt / 4);
    copyChange(changes, floats, change);
    floats.set(
      [-window.x, -window.y, -Infinity, -Infinity].map((v) => v || 0),
      LEAST / 4,
    );
    const last = [source.width - 1 - window.x, source.height - 1 - window.y];
    floats.set([...last, Infinity, Infinity], GREATEST / 4);
    const below = VECTOR * nodes.columns;
    paint({
      strip: bytes.subarray(strip, strip + stripPitch * CELL),
      pitch: stripPitch,
      run(column, y, count) {
        const from = nodesAt + y * below + column * VECTOR;
        const changed = changes.at + (CELL / COARSE) * (y * changes.pitch + column * VECTOR);
        const end = from + count * VECTOR;
        kernel.run(from, end, below, changed, changes.pitch, picture, row, strip, stripPitch - 3 * CELL);
      },
    });
    return true;
  });
  return done ?? false;
}

interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the picture that the grid can reach. */
function windowOf({ width, height }: PaintSource, { data }: PaintNodes): Window {
  let [left, top, right, bottom] = [width - 1, height - 1, 0, 0];
  for (let k = 0; k < data.length; k += 4) {
    const x = data[k];
    const y = data[k + 1];
    if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity)) continue;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  const x = Math.max(0, Math.floor(left) - 1);
  const y = Math.max(0, Math.floor(top) - 1);
  return {
    x,
    y,
    width: Math.max(1, Math.min(width, Math.ceil(right) + 2) - x),
    height: Math.max(1, Math.min(height, Math.ceil(bottom) + 2) - y),
  };
}

function copyWindow({ width, data }: PaintSource, window: Window, bytes: Uint8Array, at: number): void {
  const row = 3 * window.width;
  if (window.width === width) {
    bytes.set(data.subarray(window.y * row, (window.y + window.height) * row), at);
    return;
  }
  for (let y = 0; y < window.height; y++) {
    const from = 3 * ((window.y + y) * width + window.x);
    bytes.set(data.subarray(from, from + row), at + y * row);
  }
}

/** With places counted from the window's corner. */
function copyNodes({ data }: PaintNodes, { x, y }: Window, floats: Float32Array, at: number): void {
  for (let k = 0; k < data.length; k += 4) {
    floats[at + k] = data[k] - x;
    floats[at + k + 1] = data[k + 1] - y;
    floats[at + k + 2] = data[k + 2];
  }
}

/** Where the change of all the grid's cells lies; without any, one row of zeros serves all. */
interface PlacedChange {
  readonly at: number;
  readonly columns: number;
  readonly rows: number;
  /** Bytes from one row to the next. */
  readonly pitch: number;
}

function placeChange(
  layout: ReturnType<typeof createLayout>,
  nodes: PaintNodes,
  change?: PaintChange,
): PlacedChange {
  const columns = (CELL / COARSE) * (nodes.columns - 1) + 1;
  const rows = change ? (CELL / COARSE) * (nodes.rows - 1) + 1 : 1;
  const at = layout.place(4 * columns * rows);
  return { at, columns, rows, pitch: change ? VECTOR * columns : 0 };
}

function copyChange({ at, columns, rows }: PlacedChange, floats: Float32Array, change?: PaintChange): void {
  if (!change) {
    floats.fill(0, at / 4, at / 4 + 4 * columns);
    return;
  }
  const { width, height, data, left, top } = change;
  // Values of the change that lie in the grid, and how often its first and its last are repeated beside them.
  const before = Math.max(0, Math.min(columns, -left));
  const held = Math.max(0, Math.min(columns, width - left) - before);
  for (let y = 0; y < rows; y++) {
    const row = 4 * Math.max(0, Math.min(height - 1, y + top)) * width;
    const o = at / 4 + 4 * y * columns;
    const from = row + 4 * (left + before);
    floats.set(data.subarray(from, from + 4 * held), o + 4 * before);
    for (let x = 0; x < before; x++) floats.set(data.subarray(row, row + 4), o + 4 * x);
    const last = row + 4 * (width - 1);
    for (let x = before + held; x < columns; x++) floats.set(data.subarray(last, last + 4), o + 4 * x);
  }
}
