/** Descriptors in WebAssembly SIMD: four samples at a time, and eight directions in two vectors. */

import * as built from '../built/describe.ts';
import { SCRATCH } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { CELLS, DIRECTIONS, LENGTH, offsetOf, SIDE, weightsOf } from './grid.ts';
import type { GreyPlane, Places } from './types.ts';

/**
 * Places in bytes: the greatest x and y, the rows of samples, where samples lie along a row and what each counts in the
 * cell before it and in that behind it, the places to be described, and what comes of them.
 */
const [MOST_X, MOST_Y, ROWS, OFFSETS, WEIGHTS, PLACES, RESULTS] = [0, 4, 64, 384, 448, 1024, 65536];
/** Bytes of a row of samples: where it lies, its first cell, and the weights in that and the next. */
const ROW = 16;
/** Bytes of a place: x and y of the pixel that is half a pixel on, a cell's step along both axes, and the direction. */
const PLACE = 32;
/** Places worked on at once. */
const MOST = Math.min((RESULTS - PLACES) / PLACE, Math.floor((SCRATCH - RESULTS) / (4 * LENGTH)));

interface Kernel {
  /**
   * Describes the places from `place` to `end` one after the other in a plane at `plane`, whose rows are `pitch` bytes
   * long.
   */
  describe(place: number, end: number, out: number, plane: number, pitch: number): void;
}

const openKernel = kernelIn<Kernel>(built);

/** @returns null where this cannot do it: the image lies in no workspace, so no SIMD */
export function describeSimd({ width, height, data }: GreyPlane, places: Places): Float32Array | null {
  const memory = memoryOf(data);
  const kernel = memory && openKernel(memory);
  if (!kernel || Math.min(width, height) < 3) return null;
  const [floats, integers] = [new Float32Array(memory.buffer), new Int32Array(memory.buffer)];
  floats[MOST_X / 4] = width - 2;
  floats[MOST_Y / 4] = height - 2;
  for (let k = 0; k < SIDE; k++) {
    writeRow(floats, integers, k);
    writeSample(floats, k);
  }
  const count = places.length / 4;
  const out = new Float32Array(count * LENGTH);
  for (let start = 0; start < count; start += MOST) {
    const part = Math.min(MOST, count - start);
    for (let i = 0; i < part; i++) writePlace(floats, PLACES / 4 + (i * PLACE) / 4, places, start + i);
    kernel.describe(PLACES, PLACES + part * PLACE, RESULTS, data.byteOffset, 4 * width);
    out.set(floats.subarray(RESULTS / 4, RESULTS / 4 + part * LENGTH), start * LENGTH);
  }
  return out;
}

/** Sample `k` of a row lies between cells `floor(k / 3) - 1` and `floor(k / 3)`, of which there may be none. */
function writeSample(floats: Float32Array, k: number): void {
  const [weights, behind] = [weightsOf(k), Math.floor(k / (SIDE / (CELLS + 1)))];
  floats[OFFSETS / 4 + k] = offsetOf(k);
  floats[WEIGHTS / 4 + 2 * k] = weights[behind - 1] ?? 0;
  floats[WEIGHTS / 4 + 2 * k + 1] = weights[behind] ?? 0;
}

/** A row of samples counts in a cell and the next. */
function writeRow(floats: Float32Array, integers: Int32Array, r: number): void {
  const weights = weightsOf(r);
  const first = Math.min(
    CELLS - 2,
    weights.findIndex((weight) => weight > 0),
  );
  const at = (ROWS + r * ROW) / 4;
  floats[at] = offsetOf(r);
  integers[at + 1] = (first * 4 * LENGTH) / CELLS;
  floats[at + 2] = weights[first];
  floats[at + 3] = weights[first + 1];
}

function writePlace(floats: Float32Array, at: number, places: Places, i: number): void {
  const [side, angle] = [places[4 * i + 2], places[4 * i + 3]];
  floats[at] = places[4 * i] + 0.5;
  floats[at + 1] = places[4 * i + 1] + 0.5;
  floats[at + 2] = Math.cos(angle) * side;
  floats[at + 3] = Math.sin(angle) * side;
  floats[at + 4] = (angle * DIRECTIONS) / (2 * Math.PI);
}
