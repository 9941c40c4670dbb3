/** Painting in WebAssembly SIMD: a vector holds the three colours of a pixel. */

import * as built from '../built/paint.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import { CELL, COARSE, shoulderOf } from './types.ts';
import type { PaintChange, Painter, PaintNodes, PaintSource, PaintTone } from './types.ts';

/** Bytes of a node, and of a value of the change. */
const VECTOR = 16;
/** At the start of the memory: the least and greatest place in the image. */
const [LEAST, GREATEST] = [0, 16];
/** Four vectors of the tone: the tint, the factor of white, the knee and the bend of the curve. */
const [TONE, TONE_VALUES] = [64, 16];

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
    image: number,
    row: number,
    out: number,
    outBelow: number,
  ): void;
}

const withKernel = kernelWithMemory<Kernel>(built);

/** @returns false where this cannot do it: no SIMD here, or more than 2 GiB of an image */
export function paintSimd(
  paint: (painter: Painter) => void,
  source: PaintSource,
  nodes: PaintNodes,
  change: PaintChange | undefined,
  tone: PaintTone,
): boolean {
  const window = windowOf(source, nodes);
  const row = 3 * window.width;
  const layout = createLayout('images');
  layout.place(TONE_VALUES);
  const nodesAt = layout.place(4 * nodes.columns * nodes.rows);
  const stripPitch = 3 * CELL * (nodes.columns - 1);
  const strip = layout.place((stripPitch * CELL) / 4 + 1);
  const changes = placeChange(layout, nodes, change);
  // One row more: past the last one colours are read that then count nothing.
  const image = layout.place(Math.ceil((row * (window.height + 1)) / 4) + 1);
  const done = withKernel(layout.bytes(), (kernel, buffer) => {
    const [floats, bytes] = [new Float32Array(buffer), new Uint8Array(buffer)];
    copyWindow(source, window, bytes, image);
    copyNodes(nodes, window, floats, nodesAt / 4);
    copyChange(changes, floats, change);
    floats.set(
      [-window.x, -window.y, -Infinity, -Infinity].map((v) => v || 0),
      LEAST / 4,
    );
    const last = [source.width - 1 - window.x, source.height - 1 - window.y];
    floats.set([...last, Infinity, Infinity], GREATEST / 4);
    writeTone(floats, tone);
    const below = VECTOR * nodes.columns;
    paint({
      strip: bytes.subarray(strip, strip + stripPitch * CELL),
      pitch: stripPitch,
      run(column, y, count) {
        const from = nodesAt + y * below + column * VECTOR;
        const changed = changes.at + (CELL / COARSE) * (y * changes.pitch + column * VECTOR);
        const end = from + count * VECTOR;
        kernel.run(from, end, below, changed, changes.pitch, image, row, strip, stripPitch - 3 * CELL);
      },
    });
    return true;
  });
  return done ?? false;
}

function writeTone(floats: Float32Array, { tint = [1, 1, 1], white = 255 }: PaintTone): void {
  const { knee, bend } = shoulderOf(white);
  const four = (value: number): number[] => [value, value, value, value];
  const knees = [knee, knee, knee, Infinity];
  floats.set([...tint, 1, ...four(white / 255), ...knees, ...four(bend)], TONE / 4);
}

interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the image that the grid can reach. */
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
