/** Carrying planes back by a flow in WebAssembly SIMD, four samples at a time. */

import * as built from '../built/warp.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import type { FeatureMap } from '../types.ts';
import type { WarpWindow } from './types.ts';

/** Places of the numbers that the code reads: the last cells that have a neighbour, as floats; strides in bytes. */
const AT = { lastX: 0, lastY: 4, row: 8, plane: 12, outPlane: 16, left: 20, y: 24, end: 64 } as const;

interface Kernel {
  /** A row of samples of all planes. */
  warpRow(flow: number, out: number, end: number, planes: number, channels: number): void;
}

const withKernel = kernelWithMemory<Kernel>(built);

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
