/** The weighing of seams in WebAssembly SIMD, four pixels at a time. */

import * as built from '../built/seam.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import type { SeamLayer, SeamWeights, Window } from './types.ts';

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

const withKernel = kernelWithMemory<Kernel>(built);

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
