import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, makeFolder } from './bundle.ts';

const folder = makeFolder();
let program: string;
beforeAll(() => {
  program = bundle('test/hostile/lifetime-program.ts', folder.path);
}, 60_000);
afterAll(() => folder.remove());

// In processes of their own: what goes wrong here kills the process.
test.each([
  ['fifty estimates at once on one model are right', 'manyAtOnce'],
  ['a model may be disposed of while it works', 'disposeDuringRun'],
  ['three hundred loads keep no memory', 'manyLoads'],
])(
  '%s',
  (_, name) => {
    const { status, signal, stderr } = spawnSync(process.execPath, [program, name], { encoding: 'utf8' });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  },
  180_000,
);
