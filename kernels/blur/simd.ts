/** Separable blurring in WebAssembly SIMD, strip by strip. */

import * as built from '../built/blur.ts';
import type { WasmMemory } from '../wasm/api.ts';
import { canHold, SCRATCH, withMemory } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { mirror } from './reference.ts';

/** Values that one turn of the loop makes. */
const TURN = 16;

/** Bytes for the kernel's weights, at the start of the memory. */
const WEIGHTS = 4096;

/** Bytes of a strip's rows: they stay in the cache. */
const STRIP = 2 ** 19;

/** Bytes of the memory for planes that lie elsewhere. */
const OWN_MEMORY = 2 ** 23;

interface Kernel {
  /**
   * `out[i] = half[0] in[i] + sum_k half[k] (in[i - k * step] + in[i + k * step])` for as many `i` as lie between
   * `out` and `end`, rounded up to 16; addresses in bytes.
   */
  line(input: number, out: number, end: number, step: number, taps: number): void;
  /**
   * Blurs rows of `row` bytes along themselves until `out` reaches `end`; `pad` is room for a row and its mirror
   * images of `reach` bytes on both sides.
   */
  rows(input: number, out: number, end: number, row: number, pad: number, reach: number, taps: number): void;
}

const openKernel = kernelIn<Kernel>(built);

/**
 * As the definition.
 *
 * @returns false where this cannot do it: no SIMD here, rows no longer than the kernel, or too long for the memory
 */
export function blurSimd(
  data: Float32Array,
  width: number,
  height: number,
  half: Float32Array,
  out: Float32Array,
): boolean {
  const inside = memoryOf(out);
  const blur = (memory: WasmMemory, room: number): boolean =>
    blurIn(memory, room, data, width, height, half, out);
  if (inside && blur(inside, SCRATCH)) return true;
  return canHold(OWN_MEMORY) && withMemory(OWN_MEMORY, (memory) => blur(memory, OWN_MEMORY));
}

/** Blurs by means of the first `room` bytes of a memory, in which the planes may lie or not. */
function blurIn(
  memory: WasmMemory,
  room: number,
  data: Float32Array,
  width: number,
  height: number,
  half: Float32Array,
  out: Float32Array,
): boolean {
  const kernel = openKernel(memory);
  const radius = half.length - 1;
  const [row, reach, taps] = [4 * width, 4 * radius, 4 * half.length];
  const [reads, writes] = [data, out].map(({ buffer }) => buffer !== memory.buffer);
  const pad = WEIGHTS + 4 * TURN;
  const first = pad + row + 2 * reach + 8 * TURN;
  const copies = 1 + Number(reads) + Number(writes);
  const fitting = Math.floor((room - first - 12 * TURN) / (row * copies)) - 2 * radius;
  if (!kernel || taps > WEIGHTS || width <= radius || fitting < Math.max(1, radius)) return false;
  const rows = Math.min(fitting, Math.max(2 * radius, Math.floor(STRIP / row), 1));
  const floats = new Float32Array(memory.buffer);
  const across = first;
  const input = across + (rows + 2 * radius) * row + 4 * TURN;
  const result = input + (reads ? (rows + 2 * radius) * row : 0) + 4 * TURN;
  floats.set(half);
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    const [from, to] = [Math.max(0, top - radius), Math.min(height, bottom + radius)];
    if (reads) floats.set(data.subarray(from * width, to * width), input / 4);
    const rowAt = (y: number): number => (reads ? input + (y - from) * row : data.byteOffset + y * row);
    const blurRows = (y: number, place: number, count: number): void =>
      kernel.rows(rowAt(y), across + place * row, across + (place + count) * row, row, pad, reach, taps);
    // In their order, since each spoils the beginning of the next; those of the image at once.
    for (let y = top - radius; y < 0; y++) blurRows(mirror(y, height), y - top + radius, 1);
    blurRows(from, from - top + radius, to - from);
    for (let y = height; y < bottom + radius; y++) blurRows(mirror(y, height), y - top + radius, 1);
    const target = writes ? result : out.byteOffset + top * row;
    kernel.line(across + radius * row, target, target + (bottom - top) * row, row, taps);
    if (writes) out.set(floats.subarray(target / 4, target / 4 + (bottom - top) * width), top * width);
  }
  return true;
}
