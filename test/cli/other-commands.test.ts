import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { correlationBackends } from '../../kernels/correlation/index.ts';
import { writeFlow, writeMask } from '../../src/io/index.ts';
import { makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;

beforeAll(async () => {
  const data = new Float32Array(8).fill(3);
  await writeFlow(at('flow.flo'), { width: 2, height: 2, data });
  await writeFlow(at('truth.flo'), { width: 2, height: 2, data: Float32Array.of(3, 3, 3, 3, 3, 3, 3, 7) });
  await writeMask(at('mask.png'), { width: 2, height: 2, data: Uint8Array.of(0, 0, 0, 1) });
});
afterAll(() => scratch.remove());

test('score prints one figure a line', async () => {
  const { code, stdout, stderr } = await runCommand(['score', at('flow.flo'), at('truth.flo')]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^epe +1 +px +mean end-point error$/m);
  expect(stdout).toMatch(/^fl +25 +%/m);
});

test('score tells occluded from matched pixels with a mask', async () => {
  const args = ['score', at('flow.flo'), at('truth.flo'), '--occlusion', at('mask.png'), '--json'];
  const { stdout } = await runCommand(args);
  expect(JSON.parse(stdout)).toMatchObject({ epe: 1, epeMatched: 0, epeUnmatched: 4, validPixels: 4 });
});

test('models lists what is installed', async () => {
  const table = await runCommand(['models']);
  expect(table).toMatchObject({ code: 0, stderr: '' });
  expect(table.stdout).toMatch(/^name +task +parameters +size .*weights\n/);
  const models = JSON.parse((await runCommand(['models', '--json'])).stdout) as { name: string }[];
  for (const { name } of models) expect(table.stdout).toContain(`\n${name} `);
});

test('--version is the one of the package', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await runCommand(['--version'])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
});

test.each([[[]], [['flow']], [['score']], [['models']]])('%j --help shows examples', async (verb) => {
  const { code, stdout } = await runCommand([...verb, '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Examples:\n {2}whither /);
});

test('an unknown verb is refused', async () => {
  const { code, stderr } = await runCommand(['flaw']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: unknown command 'flaw'/);
});

test.skipIf(!existsSync('/dev/full'))('a full disk behind stdout is one line on stderr', () => {
  const args = ['--import', 'tsx', 'src/cli/main.ts', 'models', '--json'];
  const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: [...stdio], encoding: 'utf8' });
  expect(stderr).toBe('whither: Expected to write to stdout but received ENOSPC\n');
  expect(status).toBe(1);
});

test('flow --help names every backend', async () => {
  const { stdout } = await runCommand(['flow', '--help']);
  for (const name of ['auto', 'onnxruntime', ...correlationBackends]) expect(stdout).toContain(name);
});
