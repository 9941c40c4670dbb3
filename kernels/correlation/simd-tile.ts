/**
 * What the WebAssembly SIMD kernels share: how a kernel is handed to the engine, and the tile, the small matrix
 * product that both are made of.
 *
 * Four cells of A are multiplied with eight neighbouring cells of B at a time: per channel two vector loads of
 * B and four broadcasts of A feed eight multiply-adds, whose sums stay in registers over all channels.
 */

import * as w from '../wasm/code.ts';
import type { Code, Local, Locals } from '../wasm/code.ts';

/** A module, the layout of its memory in bytes, and the work it has to do. */
export interface KernelPlan {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly pages: number;
  /** Where map A goes, channels first as it came, and its number of values. */
  readonly a: Region;
  readonly b: Region;
  readonly out: Region;
  /** Scratch memory of each thread. */
  readonly work: number;
  readonly workSize: number;
  /** Calls of `pack(item)` that bring B into its layout; all must end before the first `compute`. */
  readonly packs: number;
  /** Calls of `compute(item, work)`; they may run in any order. */
  readonly computes: number;
}

export interface Region {
  readonly at: number;
  readonly length: number;
}

export interface CodeOptions {
  readonly threads: number;
  readonly fused: boolean;
}

const PAGE = 65536;
const MOST_BYTES = 2 ** 31;

export const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

/** Hands out memory. */
export interface Layout {
  /** Bytes from 0 to the place for this many floats, on a cache line of its own. */
  place(floats: number): number;
  /** The size of all, in units of 64 KiB. */
  pages(): number;
}

export function createLayout(): Layout {
  let end = 64;
  return {
    place(floats) {
      const at = end;
      end = roundUp(at + floats * 4, 64);
      return at;
    },
    pages() {
      if (end > MOST_BYTES)
        throw new RangeError(
          `Expected maps whose correlation fits in 2 GiB but received ${(end / 2 ** 30).toFixed(1)} GiB of work`,
        );
      // Vectors may read a little past the end of a region.
      return Math.ceil((end + 256) / PAGE);
    },
  };
}

/** Locals of the 4 x 8 tile. */
export interface TileLocals {
  readonly sums: readonly Local[];
  readonly b: readonly Local[];
  readonly a: Local;
  readonly end: Local;
  /** Addresses of the first channel; the tile moves them. */
  readonly pa: Local;
  readonly pb: Local;
}

export function tileLocals(locals: Locals): TileLocals {
  const vectors = (n: number) => Array.from({ length: n }, () => locals.vector());
  return {
    sums: vectors(8),
    b: vectors(2),
    a: locals.vector(),
    end: locals.integer(),
    pa: locals.integer(),
    pb: locals.integer(),
  };
}

/**
 * Adds the products of `channels` channels to the sums: the loop where all the time is spent. It is not
 * unrolled: V8 (11.3) moves all loads of a block to its front, and with those of two channels the sums no
 * longer fit in the registers, which halves the speed.
 */
export function multiplyTile(t: TileLocals, channels: number, pitchB: number, fused: boolean): Code {
  const addProduct = (sum: Local, b: Local) =>
    w.set(
      sum,
      fused
        ? w.f32x4.fused(w.get(t.a), w.get(b), w.get(sum))
        : w.f32x4.add(w.get(sum), w.f32x4.multiply(w.get(t.a), w.get(b))),
    );
  return [
    ...w.set(t.end, w.add(w.get(t.pa), w.constant(16 * channels))),
    ...w.loopUntil(t.pa, t.end, 16, [
      ...t.b.flatMap((b, v) => w.set(b, w.f32x4.load(w.get(t.pb), 16 * v))),
      ...[0, 1, 2, 3].flatMap((i) => [
        ...w.set(t.a, w.f32x4.loadSplat(w.get(t.pa), 4 * i)),
        ...addProduct(t.sums[2 * i], t.b[0]),
        ...addProduct(t.sums[2 * i + 1], t.b[1]),
      ]),
      ...w.increase(t.pb, pitchB),
    ]),
  ];
}
