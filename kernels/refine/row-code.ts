/** The functions that threads share out: which row of what, and when. */

import * as w from '../wasm/code.ts';
import type { Code, FunctionSource, Local, Locals } from '../wasm/code.ts';
import { join, part, smoothA, smoothB, split, tensor, warp } from './image-code.ts';
import { COUNTS, FIELD, MARGIN, RING_ROWS, STAGE } from './layout.ts';
import type { Layout } from './layout.ts';
import { diffuse, equations, relax, weighSmoothness } from './solve-code.ts';

const { get, set, add, constant, call, offset } = w;

/** Rows that `linearize` does at a time; two rows more on either side are carried back for them again. */
export const BAND = 32;

/** All functions of the module. Calls go by the place in this list: those that are called come first. */
export function listFunctions(layout: Layout): FunctionSource[] {
  const rows = [smoothA, smoothB, weighSmoothness, warp, tensor, diffuse, split, part, join].map((source) =>
    source(layout),
  );
  const halves = [0, 1].flatMap((odd) => [equations(layout, odd), relax(layout, odd)]);
  const inner = [...rows, ...halves];
  const indexOf = new Map(inner.map(({ name }, i) => [name, i]));
  const run: Run = (name, ...values) => call(indexOf.get(name)!, ...values);
  const shared = [smoothRowA, smoothRowB, weighRow, linearize, solveStage];
  return [...inner, ...shared.map((source) => source(layout, run))];
}

/** Looks at how far another stage is before a thread sleeps; a power of two. */
const SPINS = 4096;

/** Calls a function by its name. */
type Run = (name: string, ...values: readonly Code[]) => Code;

/** `row + shift`, moved into the image. */
function clampedRow(
  { height }: Layout,
  locals: Locals,
  row: Local,
  shift: number,
): { code: Code; row: Local } {
  const clamped = locals.integer();
  return {
    row: clamped,
    code: [
      ...set(clamped, add(get(row), constant(shift))),
      ...(shift < 0 ? w.when(w.lessThan(get(clamped), constant(0)), set(clamped, constant(0))) : []),
      ...(shift > 0
        ? w.when(w.lessThan(constant(height - 1), get(clamped)), set(clamped, constant(height - 1)))
        : []),
    ],
  };
}

/** `smoothRowA(row, thread)`: all channels of a row of A. */
function smoothRowA(layout: Layout, run: Run): FunctionSource {
  const locals = w.createLocals(2);
  const { channels, height, raw, rawStride, a, aStride } = layout;
  const near = [-1, 0, 1].map((shift) => clampedRow(layout, locals, 0, shift));
  return {
    name: 'smoothRowA',
    locals,
    body: [
      ...near.flatMap(({ code }) => code),
      ...Array.from({ length: channels }, (_, c) =>
        run(
          'smoothA',
          ...near.map(({ row }) => offset(constant(raw + c * height * rawStride), get(row), rawStride)),
          offset(constant(a + c * rawStride), get(0), aStride),
        ),
      ).flat(),
      ...repeatEdgesOfA(layout),
    ],
  };
}

/** One value on either side of every channel of a row of A. */
function repeatEdgesOfA({ channels, width, rawStride, a, aStride }: Layout): Code {
  const before = offset(constant(a - 4), get(0), aStride);
  return Array.from({ length: channels }, (_, c) => {
    const copy = (from: number, to: number) =>
      w.f32.store(before, w.f32.load(before, c * rawStride + from), c * rawStride + to);
    return [...copy(4, 0), ...copy(4 * width, 4 * width + 4)];
  }).flat();
}

/** `weighRow(row, thread)`: the weight of smoothness along a row; all rows of A must be there. */
function weighRow(layout: Layout, run: Run): FunctionSource {
  const locals = w.createLocals(2);
  const { a, aStride, smoothness, half } = layout;
  const near = [-1, 0, 1].map((shift) => clampedRow(layout, locals, 0, shift));
  return {
    name: 'weighRow',
    locals,
    body: [
      ...near.flatMap(({ code }) => code),
      ...run(
        'weighSmoothness',
        ...near.map(({ row }) => offset(constant(a), get(row), aStride)),
        offset(constant(smoothness), get(0), 2 * half),
      ),
    ],
  };
}

/** `smoothRowB(row, thread)`: a row of B. */
function smoothRowB(layout: Layout, run: Run): FunctionSource {
  const locals = w.createLocals(2);
  const { raw, rawStride, b, bStride } = layout;
  const near = [-1, 0, 1].map((shift) => clampedRow(layout, locals, 0, shift));
  return {
    name: 'smoothRowB',
    locals,
    body: [
      ...near.flatMap(({ code }) => code),
      ...run(
        'smoothB',
        ...near.map(({ row }) => offset(constant(raw), get(row), rawStride)),
        offset(constant(b), get(0), bStride),
      ),
    ],
  };
}

/** The place of u in the record of a row. */
const recordOf = ({ records, recordStride }: Layout, row: Code, shift = 0): Code =>
  offset(constant(records + MARGIN + (1 + shift) * recordStride), row, recordStride);

const equationsOf = ({ records, recordStride, half, equationsHalf }: Layout, row: Code, odd: number): Code =>
  offset(constant(records + recordStride + FIELD.count * half + odd * equationsHalf), row, recordStride);

/** `linearize(band, thread)`: carries B back and makes the tensors, which need two rows more of it on either side. */
function linearize(layout: Layout, run: Run): FunctionSource {
  const { height, half, tensorHalf, tensors, a, aStride, confidence, ring, ringStride } = layout;
  const locals = w.createLocals(2);
  const [band, thread] = [0, 1];
  const [y, end, first, row, ownRing, slot] = Array.from({ length: 6 }, () => locals.integer());
  const near = [-2, -1, 0, 1, 2].map((shift) => clampedRow(layout, locals, row, shift));
  const [above, below] = [-1, 1].map((shift) => clampedRow(layout, locals, y, shift));
  const slotOf = (local: Local): Code =>
    offset(get(ownRing), w.remainder(get(local), constant(RING_ROWS)), ringStride);
  const carry: Code = [
    ...set(slot, slotOf(y)),
    ...above.code,
    ...below.code,
    ...run(
      'warp',
      recordOf(layout, get(y)),
      offset(constant(a), get(y), aStride),
      get(slot),
      offset(constant(confidence), get(y), 2 * half),
      get(y),
      recordOf(layout, get(above.row)),
      recordOf(layout, get(below.row)),
    ),
    ...repeatEdges(layout, slot),
  ];
  const makeTensor: Code = [
    ...near.flatMap(({ code }) => code),
    ...run(
      'tensor',
      ...near.map((place) => slotOf(place.row)),
      recordOf(layout, get(row)),
      offset(constant(tensors), get(row), 2 * tensorHalf),
    ),
  ];
  return {
    name: 'linearize',
    locals,
    body: [
      ...set(ownRing, offset(constant(ring), get(thread), RING_ROWS * ringStride)),
      ...set(first, w.multiply(get(band), constant(BAND))),
      ...set(end, add(get(first), constant(BAND))),
      ...w.when(w.lessThan(constant(height), get(end)), set(end, constant(height))),
      ...w.increase(end, 2),
      ...set(y, add(get(first), constant(-2))),
      ...w.loopUntil(y, end, 1, [
        ...w.when(w.lessUnsigned(get(y), constant(height)), carry),
        ...set(row, add(get(y), constant(-2))),
        ...w.when(w.lessThan(get(row), get(first)), [], makeTensor),
      ]),
    ],
  };
}

/** Two values on either side of every channel of a row in the ring. */
function repeatEdges({ channels, width, ringChannel }: Layout, slot: Local): Code {
  return Array.from({ length: 2 * channels }, (_, c) => {
    const first = c * ringChannel + MARGIN;
    const last = first + 4 * (width - 1);
    const copy = (from: number, to: number) => w.f32.store(get(slot), w.f32.load(get(slot), from), to);
    return [
      ...copy(first, first - 4),
      ...copy(first, first - 8),
      ...copy(last, last + 4),
      ...copy(last, last + 8),
    ];
  }).flat();
}

/**
 * `solveStage(stage, thread)`: a share of the operations on every front. Operation 0 of an iteration makes the weights
 * and equations of a row, each further one is half a sweep of the row behind that of the one before.
 */
function solveStage(layout: Layout, run: Run): FunctionSource {
  const locals = w.createLocals(2);
  const [at, front, fronts, operation, steps, step, row] = Array.from({ length: 7 }, () => locals.integer());
  const [spins, seen] = [locals.integer(), locals.integer()];
  const inside = w.lessUnsigned(get(row), constant(layout.height));
  const operate: Code = [
    ...set(step, w.remainder(get(operation), add(get(steps), constant(1)))),
    ...set(
      row,
      add(
        get(front),
        w.multiply(
          w.multiply(w.divide(get(operation), add(get(steps), constant(1))), get(steps)),
          constant(-1),
        ),
      ),
    ),
    ...w.when(
      get(step),
      [
        ...set(row, add(add(get(row), constant(1)), w.multiply(get(step), constant(-1)))),
        ...w.when(inside, relaxRow(layout, run, row, step)),
      ],
      w.when(inside, prepareRow(layout, run, locals, row)),
    ),
    ...w.increase(operation, 1),
  ];
  const before = add(get(at), constant(-STAGE.stride));
  const done = w.i32.atomicLoad(before, STAGE.done);
  // Seldom more than a moment, unless the thread of the stage before was put to sleep.
  const patience = set(spins, add(get(spins), constant(1)));
  const rest = w.when(w.and(get(spins), constant(SPINS)), [
    ...set(spins, constant(0)),
    ...w.i32.atomicWait(before, get(seen), STAGE.done),
  ]);
  const wait: Code = [
    ...set(seen, done),
    ...w.loopWhile(w.lessThan(get(seen), add(get(front), constant(1))), [
      ...patience,
      ...(layout.threads > 1 ? rest : []),
      ...set(seen, done),
    ]),
  ];
  return {
    name: 'solveStage',
    locals,
    body: [
      ...set(at, offset(constant(STAGE.at), get(0), STAGE.stride)),
      ...set(steps, w.i32.load(constant(COUNTS.steps))),
      ...set(fronts, w.i32.load(constant(COUNTS.fronts))),
      ...set(front, constant(0)),
      ...w.loopUntil(front, fronts, 1, [
        ...w.when(get(0), wait),
        ...set(operation, w.i32.load(get(at), STAGE.begin)),
        ...w.loopWhile(w.lessThan(get(operation), w.i32.load(get(at), STAGE.end)), operate),
        ...w.i32.atomicStore(get(at), add(get(front), constant(1)), STAGE.done),
      ]),
    ],
  };
}

/** The weights and equations of a row, from the flow as it is. */
function prepareRow(layout: Layout, run: Run, locals: Locals, row: Local): Code {
  const { height, width, half, recordStride, tensors, tensorHalf, smoothness } = layout;
  const [record, below, tensorRow] = [locals.integer(), locals.integer(), locals.integer()];
  const [last, beyond] = [width - 1, width].map((x) => 4 * (x >> 1) + (x & 1) * half);
  const isLast = w.lessThan(constant(height - 2), get(row));
  return [
    ...set(record, recordOf(layout, get(row))),
    // The flow has no gradient across the edge ...
    ...[FIELD.u, FIELD.v].flatMap((field) =>
      w.f32.store(get(record), w.f32.load(get(record), last + field * half), beyond + field * half),
    ),
    ...set(below, get(record)),
    ...w.when(isLast, [], w.increase(below, recordStride)),
    ...run('diffuse', get(record), get(below), offset(constant(smoothness), get(row), 2 * half)),
    // ... and no weight.
    ...w.f32.store(get(record), w.constantF32(0), last + FIELD.right * half),
    ...w.when(isLast, w.clear(add(get(record), constant(FIELD.down * half)), 2 * half - MARGIN)),
    ...set(tensorRow, offset(constant(tensors), get(row), 2 * tensorHalf)),
    ...run('equationsEven', recordOf(layout, get(row), -1), equationsOf(layout, get(row), 0), get(tensorRow)),
    ...run(
      'equationsOdd',
      recordOf(layout, get(row), -1),
      equationsOf(layout, get(row), 1),
      add(get(tensorRow), constant(tensorHalf)),
    ),
  ];
}

/** The cells of one colour, that of `step - 1`: the even or the odd columns, in turns from row to row. */
function relaxRow(layout: Layout, run: Run, row: Local, step: Local): Code {
  const above = recordOf(layout, get(row), -1);
  const odd = w.and(add(add(get(row), get(step)), constant(1)), constant(1));
  return w.when(
    odd,
    run('relaxOdd', above, equationsOf(layout, get(row), 1)),
    run('relaxEven', above, equationsOf(layout, get(row), 0)),
  );
}
