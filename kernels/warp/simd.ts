/** Carrying planes back by a flow in WebAssembly SIMD, four samples at a time. */

import * as w from '../wasm/code.ts';
import type { Code, Local } from '../wasm/code.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import type { FeatureMap } from '../types.ts';
import type { WarpWindow } from './types.ts';

const {
  add,
  greatest,
  least,
  load,
  loadPair,
  loadSecondPair,
  loadSplat,
  multiply,
  shuffle,
  store,
  subtract,
} = w.f32x4;
const { get } = w;

/** Places of the numbers that the code reads: the last cells that have a neighbour, as floats; strides in bytes. */
const AT = { lastX: 0, lastY: 4, row: 8, plane: 12, outPlane: 16, left: 20, y: 24, end: 64 } as const;

interface Kernel {
  /** A row of samples of all planes. */
  warpRow(flow: number, out: number, end: number, planes: number, channels: number): void;
}

function warpRow(): w.FunctionSource {
  const locals = w.createLocals(5);
  const [flow, out, end, planes, channels] = [0, 1, 2, 3, 4];
  const [column, first, second, places, left, top] = Array.from({ length: 6 }, () => locals.vector());
  const corners = Array.from({ length: 4 }, () => locals.vector());
  const [c, to, row] = [locals.integer(), locals.integer(), locals.integer()];
  const tools: Axis = {
    ...{ whole: locals.vector(), cell: locals.vector(), far: locals.vector(), near: locals.vector() },
  };
  const lane = (k: number, below: boolean): Code =>
    below ? w.add(w.i32x4.lane(get(places), k), get(row)) : w.i32x4.lane(get(places), k);
  /** Both neighbours of four samples in a row, weighted. */
  const pairs = (below: boolean, [a, b]: readonly Local[]): Code => [
    ...w.set(first, loadSecondPair(lane(1, below), loadPair(lane(0, below)))),
    ...w.set(second, loadSecondPair(lane(3, below), loadPair(lane(2, below)))),
    ...add(
      multiply(get(a), shuffle(get(first), get(second), [0, 2, 4, 6])),
      multiply(get(b), shuffle(get(first), get(second), [1, 3, 5, 7])),
    ),
  ];
  const integer = (at: number): Code => w.i32.load(w.constant(0), at);
  const sample: Code = [
    ...w.set(left, pairs(false, corners.slice(0, 2))),
    ...store(get(to), add(get(left), pairs(true, corners.slice(2)))),
    ...w.set(places, w.i32x4.add(get(places), w.i32x4.splat(integer(AT.plane)))),
    ...w.set(to, w.add(get(to), integer(AT.outPlane))),
  ];
  return {
    name: 'warpRow',
    locals,
    body: [
      ...w.set(row, integer(AT.row)),
      ...w.set(column, add(loadSplat(w.constant(0), AT.left), w.f32x4.values(0, 1, 2, 3))),
      ...w.loopUntil(out, end, 16, [
        ...w.set(first, load(get(flow))),
        ...w.set(second, load(get(flow), 16)),
        ...w.set(top, shuffle(get(first), get(second), [1, 3, 5, 7])),
        ...locate(tools, get(top), loadSplat(w.constant(0), AT.y), AT.lastY),
        ...w.set(top, get(tools.near)),
        ...w.set(left, get(tools.far)),
        ...w.set(
          places,
          w.i32x4.add(
            w.i32x4.splat(get(planes)),
            w.i32x4.multiply(w.i32x4.truncate(get(tools.cell)), w.i32x4.splat(get(row))),
          ),
        ),
        ...w.set(first, shuffle(get(first), get(second), [0, 2, 4, 6])),
        ...locate(tools, get(first), get(column), AT.lastX),
        ...w.set(places, w.i32x4.add(get(places), w.i32x4.shiftLeft(w.i32x4.truncate(get(tools.cell)), 2))),
        ...w.set(corners[0], multiply(get(top), get(tools.near))),
        ...w.set(corners[1], multiply(get(top), get(tools.far))),
        ...w.set(corners[2], multiply(get(left), get(tools.near))),
        ...w.set(corners[3], multiply(get(left), get(tools.far))),
        ...w.set(to, get(out)),
        ...w.set(c, w.constant(0)),
        ...w.loopUntil(c, channels, 1, sample),
        ...w.set(column, add(get(column), w.f32x4.splat(4))),
        ...w.increase(flow, 32),
      ]),
    ],
  };
}

/** Along one axis: the first cell of two, and the weights of both. */
interface Axis {
  readonly whole: Local;
  readonly cell: Local;
  readonly near: Local;
  readonly far: Local;
}

/**
 * The cells are moved inside the map; a cell's weight is the tent around it, which is right wherever it is. The
 * fraction is the flow's own, for the place has fewer digits left for it.
 */
function locate({ whole, cell, near, far }: Axis, flow: Code, own: Code, last: number): Code {
  const tent = (distance: Code): Code =>
    greatest(subtract(w.f32x4.splat(1), greatest(distance, subtract(w.f32x4.zero, distance))), w.f32x4.zero);
  return [
    ...w.set(whole, w.f32x4.floor(flow)),
    ...w.set(far, subtract(flow, get(whole))),
    ...w.set(whole, add(own, get(whole))),
    ...w.set(cell, greatest(least(get(whole), loadSplat(w.constant(0), last)), w.f32x4.zero)),
    ...w.set(far, add(subtract(get(whole), get(cell)), get(far))),
    ...w.set(near, tent(get(far))),
    ...w.set(far, tent(subtract(get(far), w.f32x4.splat(1)))),
  ];
}

const withKernel = kernelWithMemory<Kernel>(() => [warpRow()]);

/** As the definition, into `out`; false where this cannot do it: no SIMD here, or a map of one row or column. */
export function warpWindowSimd(
  planes: FeatureMap,
  flow: Float32Array,
  window: WarpWindow,
  out: Float32Array,
): boolean {
  const pitch = Math.ceil(window.width / 4) * 4;
  const [row, target] = [AT.end, AT.end + pitch * 8 + 64];
  const source = target + planes.channels * pitch * 4 + 64;
  const size = source + planes.data.length * 4 + 64;
  if (planes.width < 2 || planes.height < 2) return false;
  const done = withKernel(size, (kernel, buffer) => {
    warpRows(buffer, kernel, planes, flow, window, { row, target, source }, out);
    return true;
  });
  return done ?? false;
}

function warpRows(
  buffer: ArrayBuffer,
  kernel: Kernel,
  planes: FeatureMap,
  flow: Float32Array,
  { left, top, width, height }: WarpWindow,
  { row, target, source }: { readonly row: number; readonly target: number; readonly source: number },
  out: Float32Array,
): void {
  const [floats, integers] = [new Float32Array(buffer), new Int32Array(buffer)];
  const { channels } = planes;
  const pitch = Math.ceil(width / 4) * 4;
  floats.set([planes.width - 2, planes.height - 2], AT.lastX / 4);
  integers.set([planes.width * 4, planes.width * planes.height * 4, pitch * 4], AT.row / 4);
  floats[AT.left / 4] = left;
  floats.set(planes.data, source / 4);
  // What is beside a row counts for nothing, but places are found for it.
  floats.fill(0, row / 4, row / 4 + pitch * 2);
  for (let y = 0; y < height; y++) {
    floats[AT.y / 4] = top + y;
    floats.set(flow.subarray(y * width * 2, (y + 1) * width * 2), row / 4);
    kernel.warpRow(row, target, target + width * 4, source, channels);
    for (let c = 0, at = target / 4; c < channels; c++, at += pitch)
      out.set(floats.subarray(at, at + width), (c * height + y) * width);
  }
}
