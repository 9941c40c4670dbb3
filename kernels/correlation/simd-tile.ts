/**
 * What the WebAssembly SIMD kernels share: how a kernel is handed to the engine, and the tile, the small matrix
 * product that both are made of.
 *
 * Four cells of A are multiplied with eight neighbouring cells of B at a time: per channel two vector loads of
 * B and four broadcasts of A feed eight multiply-adds, whose sums stay in registers over all channels.
 */

import * as w from '../wasm/code.ts';
import type { Code, FunctionSource, Local, Locals } from '../wasm/code.ts';

/** The functions of a module, the layout of its memory in bytes, and the work it has to do. */
export interface KernelPlan {
  /** `pack(item)`, which brings B into its layout, and then `compute(item, thread)`. */
  readonly functions: readonly FunctionSource[];
  readonly pages: number;
  /** Where map A goes, channels first as it came, and its number of values. */
  readonly a: Region;
  readonly b: Region;
  readonly out: Region;
  /** Items of `pack`. */
  readonly packs: number;
  /** Items of `compute`. */
  readonly computes: number;
}

/** Scratch memory, in bytes: where that of thread 0 is, and how far it is to that of the next. */
export interface Scratch {
  readonly at: number;
  readonly size: number;
}

/** Makes the number of a thread the address of its scratch memory. */
export const findScratch = (thread: Local, { at, size }: Scratch): Code =>
  w.set(thread, w.offset(w.constant(at), w.get(thread), size));

export interface Region {
  readonly at: number;
  readonly length: number;
}

export interface CodeOptions {
  readonly threads: number;
  readonly fused: boolean;
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
