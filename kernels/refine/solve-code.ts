/** The code that solves for the flow: robust weights, the equations they make, and the relaxation of these. */

import * as w from '../wasm/code.ts';
import type { Code, Local } from '../wasm/code.ts';
import { EQUATION_VECTORS, FIELD, SCALARS, TENSOR_VECTORS } from './layout.ts';
import type { Layout } from './layout.ts';
import { TIE } from './parameters.ts';

const { add, divide, greatest, load, multiply, shuffle, squareRoot, store, subtract } = w.f32x4;
const scalar = (at: number): Code => w.f32x4.loadSplat(w.constant(0), at);
const sum = (...terms: readonly Code[]): Code => terms.reduce((total, term) => add(total, term));

/** `weight / sqrt(square + epsilon²)`, the weight being half of what it is called already. */
const robust = (weight: Code, square: Code): Code =>
  divide(weight, squareRoot(add(square, scalar(SCALARS.epsilonSquare))));

/**
 * `weighSmoothness(above, middle, below, out)`: half of `alpha / (1 + edges * |grad A| / span)²` of a row, E and O, from the
 * rows of A.
 */
export function weighSmoothness({ channels, groups, half, rawStride }: Layout): w.FunctionSource {
  const locals = w.createLocals(4);
  const [above, middle, below, out] = [0, 1, 2, 3];
  const [square, difference, ...weights] = Array.from({ length: 4 }, () => locals.vector());
  const [left, end] = [locals.integer(), locals.integer()];
  const addSquare = (a: Code, b: Code): Code => [
    ...w.set(difference, subtract(a, b)),
    ...w.set(square, add(w.get(square), multiply(w.get(difference), w.get(difference)))),
  ];
  const weigh = (part: number): Code => [
    ...w.set(square, w.f32x4.zero),
    ...Array.from({ length: channels }, (_, c) => {
      const at = c * rawStride + 16 * part;
      return [
        ...addSquare(load(w.get(left), at + 8), load(w.get(left), at)),
        ...addSquare(load(w.get(below), at), load(w.get(above), at)),
      ];
    }).flat(),
    ...w.set(square, multiply(scalar(SCALARS.edges), squareRoot(w.get(square)))),
    ...w.set(square, add(w.f32x4.splat(1), w.get(square))),
    ...w.set(weights[part], divide(scalar(SCALARS.alpha), multiply(w.get(square), w.get(square)))),
  ];
  return {
    name: 'weighSmoothness',
    locals,
    body: [
      ...w.set(left, w.add(w.get(middle), w.constant(-4))),
      ...w.set(end, w.add(w.get(out), w.constant(groups * 16))),
      ...w.loopUntil(out, end, 16, [
        ...weigh(0),
        ...weigh(1),
        ...[0, 1].flatMap((odd) =>
          store(
            w.get(out),
            shuffle(w.get(weights[0]), w.get(weights[1]), odd ? [1, 3, 5, 7] : [0, 2, 4, 6]),
            odd * half,
          ),
        ),
        ...[left, above, below].flatMap((row) => w.increase(row, 32)),
      ]),
    ],
  };
}

/**
 * `diffuse(row, below, smoothness)`: the weights of smoothness of a row, from the differences to the right and down;
 * each counts for both. `row` and `below` are the places of u in the records.
 */
export function diffuse({ groups, half }: Layout): w.FunctionSource {
  const locals = w.createLocals(3);
  const [row, below, smoothness] = [0, 1, 2];
  const [square, difference] = [locals.vector(), locals.vector()];
  const end = locals.integer();
  const addSquare = (a: Code, b: Code): Code => [
    ...w.set(difference, subtract(a, b)),
    ...w.set(square, add(w.get(square), multiply(w.get(difference), w.get(difference)))),
  ];
  const weights = (odd: number): Code => [
    ...w.set(square, w.f32x4.zero),
    ...[FIELD.u, FIELD.v].flatMap((field) => {
      const own = load(w.get(row), (field + odd) * half);
      const right = load(w.get(row), (field + 1 - odd) * half + 4 * odd);
      return [...addSquare(right, own), ...addSquare(load(w.get(below), (field + odd) * half), own)];
    }),
    ...w.set(square, robust(load(w.get(smoothness), odd * half), w.get(square))),
    ...store(w.get(row), w.get(square), (FIELD.right + odd) * half),
    ...store(w.get(row), w.get(square), (FIELD.down + odd) * half),
  ];
  return {
    name: 'diffuse',
    locals,
    body: [
      ...w.set(end, w.add(w.get(row), w.constant(groups * 16))),
      ...w.loopUntil(row, end, 16, [
        ...weights(0),
        ...weights(1),
        ...[below, smoothness].flatMap((local) => w.increase(local, 16)),
      ]),
    ],
  };
}

/**
 * What the code of one half reads around a cell. Its pointer is the place of u in the record of the row above,
 * since offsets in WebAssembly are not negative.
 */
function neighbourhood({ half, recordStride }: Layout, odd: number) {
  const at = (field: number, otherHalf: boolean, row: number, shift = 0) =>
    (field + (otherHalf ? 1 - odd : odd)) * half + row * recordStride + shift;
  return {
    own: (field: number) => at(field, false, 1),
    left: (field: number) => at(field, true, 1, odd ? 0 : -4),
    right: (field: number) => at(field, true, 1, odd ? 4 : 0),
    above: (field: number) => at(field, false, 0),
    below: (field: number) => at(field, false, 2),
  };
}

/**
 * `equationsEven|Odd(above, out, tensors)`: the two equations of each pixel as the relaxation wants them,
 * `A12, omega / (A11 + S), omega / (A22 + S), B1, B2`, with S the sum of the weights to the four neighbours.
 */
export function equations(layout: Layout, odd: number): w.FunctionSource {
  const locals = w.createLocals(3);
  const [above, out, tensors] = [0, 1, 2];
  const vector = () => locals.vector();
  const [du, dv, weight, a11, a12, a22, b1, b2] = Array.from({ length: 8 }, vector);
  const end = locals.integer();
  const near = neighbourhood(layout, odd);
  const at = (offset: number): Code => load(w.get(above), offset);
  const start = (k: number): Code => load(w.get(tensors), 16 * (12 + k));
  const addForm = (first: number, scalarAt: number, fresh: boolean): Code => {
    const j = (k: number): Code => load(w.get(tensors), 16 * (first + k));
    const [u, v] = [w.get(du), w.get(dv)];
    const twice = (code: Code): Code => add(code, code);
    // Rounding may bring a square below 0.
    const square = greatest(
      sum(
        multiply(u, sum(multiply(j(0), u), multiply(twice(j(1)), v), twice(j(3)))),
        multiply(v, add(multiply(j(2), v), twice(j(4)))),
        j(5),
      ),
      w.f32x4.zero,
    );
    const weighted = (k: number): Code => multiply(w.get(weight), j(k));
    const put = (local: Local, k: number): Code =>
      w.set(local, fresh ? weighted(k) : add(w.get(local), weighted(k)));
    return [
      ...w.set(weight, robust(scalar(scalarAt), square)),
      ...[a11, a12, a22, b1, b2].flatMap((local, k) => put(local, k)),
    ];
  };
  /** The solver works on the whole flow, the tensors on its change: `B = A * start - J`. */
  const rightSide = (b: Local, p: Local, q: Local): Code =>
    w.set(b, subtract(add(multiply(w.get(p), start(0)), multiply(w.get(q), start(1))), w.get(b)));
  const tie = (local: Local): Code => w.set(local, add(w.get(local), w.f32x4.splat(TIE)));
  const inverse = (local: Local): Code => divide(scalar(SCALARS.omega), add(w.get(local), w.get(weight)));
  const results = [w.get(a12), inverse(a11), inverse(a22), w.get(b1), w.get(b2)];
  return {
    name: odd ? 'equationsOdd' : 'equationsEven',
    locals,
    body: [
      ...w.set(end, w.add(w.get(above), w.constant(layout.groups * 16))),
      ...w.loopUntil(above, end, 16, [
        ...w.set(du, subtract(at(near.own(FIELD.u)), start(0))),
        ...w.set(dv, subtract(at(near.own(FIELD.v)), start(1))),
        ...addForm(0, SCALARS.delta, true),
        ...addForm(6, SCALARS.gamma, false),
        ...tie(a11),
        ...tie(a22),
        ...rightSide(b1, a11, a12),
        ...rightSide(b2, a12, a22),
        ...w.set(
          weight,
          sum(
            at(near.own(FIELD.right)),
            at(near.left(FIELD.right)),
            at(near.own(FIELD.down)),
            at(near.above(FIELD.down)),
          ),
        ),
        ...results.flatMap((code, k) => store(w.get(out), code, 16 * k)),
        ...w.increase(out, 16 * EQUATION_VECTORS),
        ...w.increase(tensors, 16 * TENSOR_VECTORS),
      ]),
    ],
  };
}

/** `relaxEven|Odd(above, equations)`: one row of one colour, moved towards what its neighbours ask for. */
export function relax(layout: Layout, odd: number): w.FunctionSource {
  const locals = w.createLocals(2);
  const [above, system] = [0, 1];
  const [u, v, right, left, down, up] = Array.from({ length: 6 }, () => locals.vector());
  const end = locals.integer();
  const near = neighbourhood(layout, odd);
  const at = (offset: number): Code => load(w.get(above), offset);
  const equation = (k: number): Code => load(w.get(system), 16 * k);
  const pull = (field: number): Code =>
    sum(
      multiply(w.get(right), at(near.right(field))),
      multiply(w.get(left), at(near.left(field))),
      multiply(w.get(down), at(near.below(field))),
      multiply(w.get(up), at(near.above(field))),
    );
  /** `(1 - omega) * own + omega / (A + S) * (B + neighbours - A12 * other)`. */
  const update = (own: Local, field: number, other: Local, k: number): Code => [
    ...w.set(
      own,
      add(
        multiply(scalar(SCALARS.keep), w.get(own)),
        multiply(
          equation(1 + k),
          subtract(add(equation(3 + k), pull(field)), multiply(equation(0), w.get(other))),
        ),
      ),
    ),
    ...store(w.get(above), w.get(own), near.own(field)),
  ];
  return {
    name: odd ? 'relaxOdd' : 'relaxEven',
    locals,
    body: [
      ...w.set(end, w.add(w.get(above), w.constant(layout.groups * 16))),
      ...w.loopUntil(above, end, 16, [
        ...w.set(right, at(near.own(FIELD.right))),
        ...w.set(left, at(near.left(FIELD.right))),
        ...w.set(down, at(near.own(FIELD.down))),
        ...w.set(up, at(near.above(FIELD.down))),
        ...w.set(u, at(near.own(FIELD.u))),
        ...w.set(v, at(near.own(FIELD.v))),
        ...update(u, FIELD.u, v, 0),
        ...update(v, FIELD.v, u, 1),
        ...w.increase(system, 16 * EQUATION_VECTORS),
      ]),
    ],
  };
}
