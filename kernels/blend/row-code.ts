/** The kernel's functions, each for one row; a pixel is a vector of red, green, blue and its share. */

import * as w from '../wasm/code.ts';
import { LEAST_WEIGHT } from './types.ts';

const { add, and, atMost, divide, greatest, load, multiply, select, splat, spread, store } = w.f32x4;
const { subtract, zero } = w.f32x4;

/** Bytes of a pixel. */
export const PIXEL = 16;

/** All addresses in bytes; a row ends where its first argument, the result's row, comes to `end`. */
export interface Kernel {
  /** Weights 1, 2, 1 of 4 along a row of bytes at `input`, whose first pixel comes twice. */
  across(out: number, end: number, input: number): void;
  /** The same of three rows; the share comes from `share`. */
  down(out: number, end: number, up: number, middle: number, under: number, share: number): void;
  /** Weights 1, 4, 6, 4, 1 of 16 of five rows. */
  sumFive(out: number, end: number, a: number, b: number, c: number, d: number, e: number): void;
  /** The same along a row at every second pixel; `row` is two pixels before the first. */
  halve(out: number, end: number, row: number): void;
  /** Weights 1, 6, 1 of 8 of three rows, and 1, 1 of 2 of two. */
  sumEven(out: number, end: number, up: number, middle: number, under: number): void;
  sumOdd(out: number, end: number, middle: number, under: number): void;
  /** The same along a row, both in turn; `row` is one pixel before the first. */
  double(out: number, end: number, row: number): void;
  /** Adds colours, less those predicted, times their share to a band, and the share to its fourth value. */
  addBand(out: number, end: number, colours: number, predicted: number): void;
  addLast(out: number, end: number, colours: number): void;
  /** Divides a band's colours by its weights, which stay as they are, and adds what lies below. */
  normalize(out: number, end: number, raised: number): void;
  normalizeLast(out: number, end: number): void;
  /** Colours become what `blended` differs by where that has any weight. */
  change(out: number, end: number, blended: number): void;
}

/** A function of rows: `inputs` addresses that move on by so many bytes a pixel of the result. */
function rowFunction(
  name: keyof Kernel,
  steps: readonly number[],
  body: (out: w.Local, inputs: readonly w.Local[], locals: w.Locals) => w.Code,
  step = PIXEL,
): w.FunctionSource {
  const locals = w.createLocals(2 + steps.length);
  const inputs = steps.map((_, k) => 2 + k);
  return {
    name,
    locals,
    body: w.loopUntil(0, 1, step, [
      ...body(0, inputs, locals),
      ...inputs.flatMap((input, k) => w.increase(input, steps[k])),
    ]),
  };
}

const times = (factor: number, value: w.Code): w.Code => multiply(splat(factor), value);
const sum = (values: readonly w.Code[]): w.Code => values.reduce((total, value) => add(total, value));

/** Pixels or rows by their weights. */
const weighted = (weights: readonly number[], at: (k: number) => w.Code): w.Code =>
  sum(weights.map((weight, k) => times(weight, at(k))));

/** Pixels along a row, from the one at an address on. */
const along = (weights: readonly number[], row: w.Local, first = 0): w.Code =>
  weighted(weights, (k) => load(w.get(row), PIXEL * (first + k)));

const rowsBy =
  (weights: readonly number[]) =>
  (out: w.Local, rows: readonly w.Local[]): w.Code =>
    store(
      w.get(out),
      weighted(weights, (k) => load(w.get(rows[k]))),
    );

/** The lanes of colours. */
const COLOURS = w.f32x4.equal(w.f32x4.values(0, 0, 0, 1), zero);

const addShare = (colours: w.Local, out: w.Local, pixel: w.Code): w.Code => {
  const value = select(pixel, splat(1), COLOURS);
  return store(w.get(out), add(load(w.get(out)), multiply(spread(load(w.get(colours)), 3), value)));
};

function normalized(out: w.Local, locals: w.Locals, raised: w.Code): w.Code {
  const [band, weight] = [locals.vector(), locals.vector()];
  const least = splat(LEAST_WEIGHT);
  const mean = and(divide(w.get(band), greatest(w.get(weight), least)), atMost(least, w.get(weight)));
  return [
    ...w.set(band, load(w.get(out))),
    ...w.set(weight, spread(w.get(band), 3)),
    ...store(w.get(out), select(add(mean, raised), w.get(band), COLOURS)),
  ];
}

const [QUARTERS, FIVE] = [
  [1 / 4, 2 / 4, 1 / 4],
  [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16],
];
const [EVEN, ODD] = [
  [1 / 8, 6 / 8, 1 / 8],
  [1 / 2, 1 / 2],
];

export const rowFunctions = (): w.FunctionSource[] => [
  rowFunction('across', [3], (out, [input]) =>
    store(
      w.get(out),
      weighted(QUARTERS, (k) => w.colours.toFloats(w.get(input), 3 * k)),
    ),
  ),
  rowFunction('down', [PIXEL, PIXEL, PIXEL, 4], (out, rows) => [
    ...rowsBy(QUARTERS)(out, rows),
    ...w.f32.store(w.get(out), w.f32.load(w.get(rows[3])), 12),
  ]),
  rowFunction('sumFive', [PIXEL, PIXEL, PIXEL, PIXEL, PIXEL], rowsBy(FIVE)),
  rowFunction('halve', [2 * PIXEL], (out, [row]) => store(w.get(out), along(FIVE, row))),
  rowFunction('sumEven', [PIXEL, PIXEL, PIXEL], rowsBy(EVEN)),
  rowFunction('sumOdd', [PIXEL, PIXEL], rowsBy(ODD)),
  rowFunction(
    'double',
    [PIXEL],
    (out, [row]) => [...store(w.get(out), along(EVEN, row)), ...store(w.get(out), along(ODD, row, 1), PIXEL)],
    2 * PIXEL,
  ),
  rowFunction('addBand', [PIXEL, PIXEL], (out, [colours, predicted]) =>
    addShare(colours, out, subtract(load(w.get(colours)), load(w.get(predicted)))),
  ),
  rowFunction('addLast', [PIXEL], (out, [colours]) => addShare(colours, out, load(w.get(colours)))),
  rowFunction('normalize', [PIXEL], (out, [raised], locals) => normalized(out, locals, load(w.get(raised)))),
  rowFunction('normalizeLast', [], (out, _, locals) => normalized(out, locals, zero)),
  rowFunction('change', [PIXEL], (out, [blended]) => {
    const weight = spread(load(w.get(blended)), 3);
    const difference = subtract(load(w.get(blended)), load(w.get(out)));
    return store(w.get(out), and(difference, atMost(splat(LEAST_WEIGHT), weight)));
  }),
];
