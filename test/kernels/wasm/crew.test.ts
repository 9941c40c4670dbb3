import { expect, it } from 'vitest';
import { constant, createLocals, f32x4, get, offset } from '../../../kernels/wasm/code.ts';
import * as w from '../../../kernels/wasm/code.ts';
import { createCrew } from '../../../kernels/wasm/crew.ts';
import { exp2, exp2Locals } from '../../../kernels/wasm/exponential.ts';

/** Adds one to the value of an item, and then this many times something that only takes time. */
function count(name: string, at: number, effort: number): w.FunctionSource {
  const locals = createLocals(2);
  const [turn, sum] = [locals.integer(), locals.vector()];
  const place = offset(constant(at), get(0), 16);
  return {
    name,
    locals,
    body: [
      ...f32x4.store(place, f32x4.add(f32x4.load(place), f32x4.splat(1))),
      ...w.loop(turn, constant(0), effort, 1, w.set(sum, f32x4.squareRoot(get(sum)))),
    ],
  };
}

it.each([1, 2, 5])('a crew does every item of every round once, on %i threads', async (threads) => {
  const crew = await createCrew([count('few', 1024, 1), count('many', 32768, 300)], 1, threads);
  const values = (at: number, items: number) => crew.memory.slice(at / 4, at / 4 + 4 * items);
  const rounds = 400;
  for (let round = 0; round < rounds; round++) {
    crew.run('few', 3);
    crew.run('many', 40);
  }
  expect(values(1024, 4)).toEqual(Float32Array.from({ length: 16 }, (_, i) => (i < 12 ? rounds : 0)));
  expect(values(32768, 41)).toEqual(Float32Array.from({ length: 164 }, (_, i) => (i < 160 ? rounds : 0)));
  crew.dispose();
});

it('the exponential is right to a millionth of its value', async () => {
  const values = Float32Array.from({ length: 8000 }, (_, i) => -126 + (i * 253) / 8000);
  values.set([-1e30, -Infinity, NaN, 0, 1, -0.5, 0.5, -1.5]);
  const locals = createLocals(2);
  const place = offset(constant(64), get(0), 16);
  const body = f32x4.store(place, exp2(f32x4.load(place), exp2Locals(locals)));
  const crew = await createCrew([{ name: 'power', locals, body }], 1, 1);
  crew.memory.set(values, 16);
  crew.run('power', 2000);
  const results = crew.memory.slice(16, 16 + 8000);
  const wanted = [2 ** -126, 2 ** -126, 2 ** -126, 1, 2];
  expect([...results.slice(0, 5)]).toEqual(wanted);
  let worst = 0;
  for (let i = 5; i < 8000; i++) worst = Math.max(worst, Math.abs(results[i] / 2 ** values[i] - 1));
  expect(worst).toBeLessThan(1e-6);
});

it('crews share their threads, and one goes on when another has ended', async () => {
  const make = (threads: number) => createCrew([count('few', 1024, 300)], 1, threads);
  const crews = await Promise.all([make(2), make(4), make(3)]);
  for (const last of [3, 2, 1]) {
    for (let round = 0; round < 100; round++) for (const crew of crews.slice(0, last)) crew.run('few', 20);
    crews[last - 1].dispose();
    crews[last - 1].dispose();
  }
  const done = crews.map(({ memory }) => [...memory.slice(256, 256 + 80)]);
  expect(done).toEqual([300, 200, 100].map((rounds) => Array<number>(80).fill(rounds)));
  const later = await make(2);
  later.run('few', 20);
  expect([...later.memory.slice(256, 256 + 80)]).toEqual(Array<number>(80).fill(1));
  later.dispose();
});
