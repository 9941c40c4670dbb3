import { expect, it } from 'vitest';
import * as built from '../../../kernels/built/testing.ts';
import { createPool } from '../../../kernels/wasm/pool.ts';

it.each([1, 2, 5])('a pool does every item of every round once, on %i threads', async (threads) => {
  const pool = await createPool(built, 1, threads);
  const values = (at: number, items: number) => pool.memory.slice(at / 4, at / 4 + 4 * items);
  const rounds = 400;
  for (let round = 0; round < rounds; round++) {
    pool.run('few', 3);
    pool.run('many', 40);
  }
  expect(values(1024, 4)).toEqual(Float32Array.from({ length: 16 }, (_, i) => (i < 12 ? rounds : 0)));
  expect(values(32768, 41)).toEqual(Float32Array.from({ length: 164 }, (_, i) => (i < 160 ? rounds : 0)));
  pool.dispose();
});

it('the exponential is right to a millionth of its value', async () => {
  const values = Float32Array.from({ length: 8000 }, (_, i) => -126 + (i * 253) / 8000);
  values.set([-1e30, -Infinity, NaN, 0, 1, -0.5, 0.5, -1.5]);
  const pool = await createPool(built, 1, 1);
  pool.memory.set(values, 16);
  pool.run('power', 2000);
  const results = pool.memory.slice(16, 16 + 8000);
  const wanted = [2 ** -126, 2 ** -126, 2 ** -126, 1, 2];
  expect([...results.slice(0, 5)]).toEqual(wanted);
  let worst = 0;
  for (let i = 5; i < 8000; i++) worst = Math.max(worst, Math.abs(results[i] / 2 ** values[i] - 1));
  expect(worst).toBeLessThan(1e-6);
});

it('pools share their threads, and one goes on when another has ended', async () => {
  const make = (threads: number) => createPool(built, 1, threads);
  const pools = await Promise.all([make(2), make(4), make(3)]);
  for (const last of [3, 2, 1]) {
    for (let round = 0; round < 100; round++) for (const pool of pools.slice(0, last)) pool.run('slow', 20);
    pools[last - 1].dispose();
    pools[last - 1].dispose();
  }
  const done = pools.map(({ memory }) => [...memory.slice(256, 256 + 80)]);
  expect(done).toEqual([300, 200, 100].map((rounds) => Array<number>(80).fill(rounds)));
  const later = await make(2);
  later.run('slow', 20);
  expect([...later.memory.slice(256, 256 + 80)]).toEqual(Array<number>(80).fill(1));
  later.dispose();
});
