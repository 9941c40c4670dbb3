/** The one piece of memory and code that the resampling of this thread runs in, strip by strip. */

import { wasmApi } from '../wasm/api.ts';
import * as built from '../built/resample.ts';
import { compileBuilt, importsOf } from '../wasm/built.ts';
import { SCALARS_END } from './scalars.ts';

/** 2 MiB, about what a second-level cache holds. */
const PAGES = 32;

/** Bytes behind a region that vectors may read or write too far. */
export const SLACK = 64;

export interface ResampleEngine {
  readonly kernel: Readonly<Record<string, (...values: number[]) => void>>;
  readonly floats: Float32Array;
  readonly integers: Int32Array;
  readonly bytes: Uint8Array;
}

let engine: ResampleEngine | null | undefined;

/** Made when first wanted; null without WebAssembly SIMD. */
export function resampleEngine(): ResampleEngine | null {
  if (engine !== undefined) return engine;
  const module = compileBuilt(built);
  if (!module) return (engine = null);
  const memory = new wasmApi.Memory({ initial: PAGES, maximum: PAGES, shared: false });
  const { exports } = new wasmApi.Instance(module, importsOf(memory));
  return (engine = {
    kernel: exports as ResampleEngine['kernel'],
    floats: new Float32Array(memory.buffer),
    integers: new Int32Array(memory.buffer),
    bytes: new Uint8Array(memory.buffer),
  });
}

/** Puts regions of bytes one after the other, each on a cache line of its own; null where they do not fit. */
export function placeRegions(sizes: readonly number[]): number[] | null {
  let end = SCALARS_END;
  const places = sizes.map((size) => {
    const at = end;
    end = at + Math.ceil((size + SLACK) / 64) * 64;
    return at;
  });
  return end <= PAGES * 65536 ? places : null;
}

/** Bytes left for strips beside regions of these sizes. */
export const roomBeside = (...sizes: readonly number[]): number =>
  PAGES * 65536 - SCALARS_END - sizes.reduce((sum, size) => sum + size + 2 * SLACK, 0);

/** Puts one number into all four lanes of a place. */
export function writeScalar({ floats }: ResampleEngine, at: number, value: number): void {
  floats.fill(value, at / 4, at / 4 + 4);
}

/** Copies `count` rows of `width` floats between arrays in which they are `pitch` floats apart. */
export function moveRows(
  from: Float32Array,
  fromAt: number,
  fromPitch: number,
  to: Float32Array,
  toAt: number,
  toPitch: number,
  width: number,
  count: number,
): void {
  if (fromPitch === toPitch) to.set(from.subarray(fromAt, fromAt + count * width), toAt);
  else
    for (let y = 0; y < count; y++) {
      const at = fromAt + y * fromPitch;
      to.set(from.subarray(at, at + width), toAt + y * toPitch);
    }
}
