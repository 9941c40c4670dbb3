/** The code that enlarges rows, of planes or of pairs (u and v side by side), and halves planes. */

import * as w from '../wasm/code.ts';
import type { Code, FunctionSource } from '../wasm/code.ts';
import { SCALARS } from './scalars.ts';

const { add, load, loadPair, loadSecondPair, loadSplat, multiply, shuffle, store, subtract } = w.f32x4;
const { get } = w;

export const stretchFunctions = (): FunctionSource[] => [
  blend(),
  stretchPlane(),
  stretchPairs('stretchPairs', false),
  stretchPairs('addPairs', true),
  halvePlane(),
];

/** `blend(upper, lower, out, end)`: `factors * (upper + share * (lower - upper))` for four values at a time. */
function blend(): FunctionSource {
  const locals = w.createLocals(4);
  const [upper, lower, out, end] = [0, 1, 2, 3];
  const value = locals.vector();
  return {
    name: 'blend',
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(value, load(get(upper))),
      ...store(
        get(out),
        multiply(
          load(w.constant(SCALARS.factors)),
          add(
            get(value),
            multiply(loadSplat(w.constant(SCALARS.share)), subtract(load(get(lower)), get(value))),
          ),
        ),
      ),
      ...w.increase(upper, 16),
      ...w.increase(lower, 16),
    ]),
  };
}

/**
 * `stretchPlane(cells, shares, out, end)`: values between neighbours of a row. `cells` are addresses of the left
 * neighbour of each, `shares` those of the right one.
 */
function stretchPlane(): FunctionSource {
  const locals = w.createLocals(4);
  const [cells, shares, out, end] = [0, 1, 2, 3];
  const [first, second, left] = [locals.vector(), locals.vector(), locals.vector()];
  const cell = (k: number): Code => w.i32.load(get(cells), 4 * k);
  return {
    name: 'stretchPlane',
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(first, loadSecondPair(cell(1), loadPair(cell(0)))),
      ...w.set(second, loadSecondPair(cell(3), loadPair(cell(2)))),
      ...w.set(left, shuffle(get(first), get(second), [0, 2, 4, 6])),
      ...store(
        get(out),
        add(
          get(left),
          multiply(load(get(shares)), subtract(shuffle(get(first), get(second), [1, 3, 5, 7]), get(left))),
        ),
      ),
      ...w.increase(cells, 16),
      ...w.increase(shares, 16),
    ]),
  };
}

/** The same for pairs, two at a time: `cells` has an address for each, `shares` two values. */
function stretchPairs(name: string, onto: boolean): FunctionSource {
  const locals = w.createLocals(4);
  const [cells, shares, out, end] = [0, 1, 2, 3];
  const [first, second, left] = [locals.vector(), locals.vector(), locals.vector()];
  const between = add(
    get(left),
    multiply(load(get(shares)), subtract(shuffle(get(first), get(second), [2, 3, 6, 7]), get(left))),
  );
  return {
    name,
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(first, load(w.i32.load(get(cells)))),
      ...w.set(second, load(w.i32.load(get(cells), 4))),
      ...w.set(left, shuffle(get(first), get(second), [0, 1, 4, 5])),
      ...store(get(out), onto ? add(load(get(out)), between) : between),
      ...w.increase(cells, 8),
      ...w.increase(shares, 16),
    ]),
  };
}

/** `halvePlane(upper, lower, out, end)`: the means of squares of 2 x 2 values. */
function halvePlane(): FunctionSource {
  const locals = w.createLocals(4);
  const [upper, lower, out, end] = [0, 1, 2, 3];
  const [first, second] = [locals.vector(), locals.vector()];
  const sum = (at: number): Code => add(load(get(upper), at), load(get(lower), at));
  return {
    name: 'halvePlane',
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(first, sum(0)),
      ...w.set(second, sum(16)),
      ...store(
        get(out),
        multiply(
          add(shuffle(get(first), get(second), [0, 2, 4, 6]), shuffle(get(first), get(second), [1, 3, 5, 7])),
          w.f32x4.splat(0.25),
        ),
      ),
      ...w.increase(upper, 32),
      ...w.increase(lower, 32),
    ]),
  };
}
