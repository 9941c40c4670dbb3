/**
 * Convex upsampling in WebAssembly SIMD, written for one size: of a row of coarse cells first all upper left fine cells,
 * then their neighbours and so on, so that memory is read in nine straight lines. All planes of a fine cell are made
 * from the same weights.
 */

import { createCrew } from '../wasm/crew.ts';
import { createLayout, roundUp } from '../wasm/layout.ts';
import { createLocals, get } from '../wasm/code.ts';
import * as w from '../wasm/code.ts';
import { exp2, exp2Locals } from '../wasm/exponential.ts';
import type { Crew } from '../wasm/crew.ts';
import type { Code, FunctionSource, Local } from '../wasm/code.ts';
import type { UpsampleInput, UpsampleOutput, UpsampleSpec } from './types.ts';

const { add, divide, greatest, least, load, multiply, subtract } = w.f32x4;

const FLOW_PLANES = 2;

/** Sizes in values; addresses in bytes. */
interface Sizes extends Required<UpsampleSpec> {
  readonly planes: number;
  /** Columns of the coarse grid, up to the next multiple of four. */
  readonly columns: number;
  /** From row to row of the coarse planes, which have their edge repeated on all sides. */
  readonly pitch: number;
  /** Of the logits of one row of cells: from a plane to the next, and from a neighbour to the next, in bytes. */
  readonly plane: number;
  readonly neighbour: number;
  readonly at: Readonly<Record<'scale' | 'mask' | 'row' | 'coarse' | 'fine', number>>;
  /** Bytes of the row of logits that each thread works on. */
  readonly rowBytes: number;
  readonly pages: number;
}

function planSizes(spec: UpsampleSpec, threads: number): Sizes {
  const { height, width, factor, extra = 0, logistic = false } = spec;
  const planes = FLOW_PLANES + extra;
  const columns = roundUp(width, 4);
  const pitch = columns + 4;
  // A few cache lines more than the planes, so that the nine do not compete for the same few sets of the cache.
  const plane = columns * 4;
  const neighbour = roundUp(factor * factor * plane, 64) + 5 * 64;
  const rowBytes = 9 * neighbour;
  const layout = createLayout('a mask that fits');
  const at = {
    scale: layout.place(4),
    mask: layout.place(9 * factor * factor * height * width),
    row: layout.place((threads * rowBytes) / 4),
    coarse: layout.place(planes * (height + 2) * pitch),
    fine: layout.place(planes * height * factor * columns * factor),
  };
  return {
    ...{ height, width, factor, extra, logistic, planes, columns, pitch, plane, neighbour, rowBytes, at },
    pages: layout.pages(),
  };
}

/** A compiled upsampling. */
export interface UpsampleEngine {
  /** Where the mask is read, if it may be written there. */
  readonly mask?: Float32Array;
  run(input: UpsampleInput, scale: number, out: UpsampleOutput): void;
  /** Of its memory. */
  readonly bytes: number;
  dispose(): void;
}

/** @throws KernelError without WebAssembly SIMD, RangeError where the mask is too large for its memory */
export async function createUpsampleEngine(spec: UpsampleSpec, threads: number): Promise<UpsampleEngine> {
  const s = planSizes(spec, threads);
  const crew = await createCrew([upsample(s)], s.pages, threads);
  const own = crew.memory.subarray(s.at.mask / 4, s.at.mask / 4 + 9 * s.factor ** 2 * s.height * s.width);
  return {
    mask: threads === 1 ? own : undefined,
    run({ flow, mask, extra }, scale, out) {
      crew.memory[s.at.scale / 4] = scale;
      if (mask !== own) own.set(mask);
      writeCoarse(crew, s, flow, 0);
      if (extra) writeCoarse(crew, s, extra, FLOW_PLANES);
      crew.run('upsample', s.height);
      readFine(crew, s, out.flow, 0);
      readFine(crew, s, out.extra, FLOW_PLANES);
    },
    bytes: crew.memory.byteLength,
    dispose: () => crew.dispose(),
  };
}

/** Planes from `first` on, with their edge repeated once all around. */
function writeCoarse({ memory }: Crew, s: Sizes, values: Float32Array, first: number): void {
  const { height, width, pitch } = s;
  const rows = values.length / width;
  for (let row = 0, to = s.at.coarse / 4 + (first * (height + 2) + 1) * pitch + 1; row < rows; row++) {
    memory.set(values.subarray(row * width, (row + 1) * width), to);
    memory[to - 1] = memory[to];
    memory[to + width] = memory[to + width - 1];
    const y = row % height;
    if (y === 0) memory.copyWithin(to - 1 - pitch, to - 1, to + width + 1);
    if (y === height - 1) memory.copyWithin(to - 1 + pitch, to - 1, to + width + 1);
    // Two rows around each plane are its own.
    to += y === height - 1 ? 3 * pitch : pitch;
  }
}

function readFine({ memory }: Crew, s: Sizes, out: Float32Array, first: number): void {
  const [width, pitch] = [s.width * s.factor, s.columns * s.factor];
  const from = s.at.fine / 4 + first * s.height * s.factor * pitch;
  if (width === pitch) out.set(memory.subarray(from, from + out.length));
  else
    for (let i = 0, row = from; i < out.length; i += width, row += pitch)
      out.set(memory.subarray(row, row + width), i);
}

/** The fine cells of row `item` of the coarse grid. */
function upsample(s: Sizes): FunctionSource {
  const locals = createLocals(2);
  const [item, thread] = [0, 1];
  const { factor, columns } = s;
  const [fine, end, logits, coarse] = Array.from({ length: 4 }, () => locals.integer());
  const [fy, fx, row] = Array.from({ length: 3 }, () => locals.integer());
  const four = fourCells(s, locals, { coarse, logits, fine });
  const mask = locals.integer();
  const logitPlane = w.offset(get(fx), get(fy), factor);
  const fineRow = w.offset(get(fy), get(item), factor);
  return {
    name: 'upsample',
    locals,
    body: [
      ...w.set(row, w.offset(w.constant(s.at.coarse), get(item), s.pitch * 4)),
      ...w.set(mask, w.offset(w.constant(s.at.row), get(thread), s.rowBytes)),
      ...gatherLogits(s, locals, item, mask),
      ...w.loop(fy, w.constant(0), factor, 1, [
        ...w.loop(fx, w.constant(0), factor, 1, [
          ...w.set(coarse, get(row)),
          ...w.set(end, w.add(get(row), w.constant(columns * 4))),
          ...w.set(logits, w.offset(get(mask), logitPlane, s.plane)),
          ...w.set(
            fine,
            w.offset(w.offset(w.constant(s.at.fine), fineRow, columns * factor * 4), get(fx), 4),
          ),
          ...w.loopUntil(coarse, end, 16, [
            ...four,
            ...w.increase(logits, 16),
            ...w.increase(fine, 16 * factor),
          ]),
        ]),
      ]),
    ],
  };
}

/**
 * Brings the logits of a row of cells together. In the mask the planes are so far apart that, where their size is a
 * multiple of a power of two, nine of them compete for the same few sets of the cache.
 */
function gatherLogits(s: Sizes, locals: w.Locals, item: Local, to: Local): Code {
  const [n, p, source, target] = Array.from({ length: 4 }, () => locals.integer());
  return [
    ...w.set(source, w.offset(w.constant(s.at.mask), get(item), s.width * 4)),
    ...w.loop(n, w.constant(0), 9, 1, [
      ...w.set(target, w.offset(get(to), get(n), s.neighbour)),
      ...w.loop(p, w.constant(0), s.factor ** 2, 1, [
        ...w.copyBytes(get(target), get(source), w.constant(s.width * 4)),
        ...w.increase(source, s.height * s.width * 4),
        ...w.increase(target, s.plane),
      ]),
    ]),
  ];
}

/** Where four cells stand: the upper left neighbour of the first, its logit and its fine cell. */
type Places = Readonly<Record<'coarse' | 'logits' | 'fine', Local>>;

/** One fine cell of each of four coarse ones. The neighbours are a loop, for V8 (11.3) brings all loads of a block to
 * its front, and those of nine neighbours do not fit in the registers. */
function fourCells(s: Sizes, locals: w.Locals, { coarse, logits, fine }: Places): Code {
  const [highest, weight, total] = Array.from({ length: 3 }, () => locals.vector());
  const sums = Array.from({ length: s.planes }, () => locals.vector());
  const [logit, value, dy, dx] = Array.from({ length: 4 }, () => locals.integer());
  const power = exp2Locals(locals);
  const plane = (s.height + 2) * s.pitch * 4;
  const finePlane = s.height * s.factor * s.columns * s.factor * 4;
  const addNeighbour: Code = [
    ...w.set(
      weight,
      exp2(multiply(subtract(load(get(logit)), get(highest)), w.f32x4.splat(Math.LOG2E)), power),
    ),
    ...w.set(total, add(get(total), get(weight))),
    ...sums.flatMap((sum, p) =>
      w.set(sum, add(get(sum), multiply(get(weight), load(get(value), p * plane)))),
    ),
    ...w.increase(logit, s.neighbour),
    ...w.increase(value, 4),
  ];
  /** The results of four coarse cells are `factor` fine cells apart. */
  const storeApart = (sum: Local, p: number): Code =>
    [0, 1, 2, 3].flatMap((lane) =>
      w.f32x4.storeLane(get(fine), get(sum), lane, p * finePlane + lane * s.factor * 4),
    );
  /** 1 / (1 + exp(-x)); below -87 it stays at that of -87, which is next to nothing. */
  const logistic = (x: Code): Code =>
    divide(
      w.f32x4.splat(1),
      add(w.f32x4.splat(1), exp2(least(multiply(x, w.f32x4.splat(-Math.LOG2E)), w.f32x4.splat(126)), power)),
    );
  const finished = (sum: Code, p: number): Code => {
    if (p < FLOW_PLANES) return multiply(sum, w.f32x4.loadSplat(w.constant(s.at.scale)));
    return s.logistic ? logistic(sum) : sum;
  };
  return [
    ...w.set(
      highest,
      [1, 2, 3, 4, 5, 6, 7, 8].reduce(
        (most, n) => greatest(most, load(get(logits), n * s.neighbour)),
        load(get(logits)),
      ),
    ),
    ...[total, ...sums].flatMap((local) => w.set(local, w.f32x4.zero)),
    ...w.set(logit, get(logits)),
    ...w.set(value, get(coarse)),
    ...w.loop(dy, w.constant(0), 3, 1, [
      ...w.loop(dx, w.constant(0), 3, 1, addNeighbour),
      ...w.increase(value, (s.pitch - 3) * 4),
    ]),
    ...w.set(total, divide(w.f32x4.splat(1), get(total))),
    ...sums.flatMap((sum, p) => [
      ...w.set(sum, finished(multiply(get(sum), get(total)), p)),
      ...storeApart(sum, p),
    ]),
  ];
}
