import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES } from '../../fixtures/index.ts';
import { createFrameSink, openFrames, readFlow, readImage, writeImage } from '../../src/io/index.ts';
import { STAND_IN } from '../cli/run-command.ts';
import { movingSquare } from '../io/scratch.ts';
import { bundle, makeFolder } from './bundle.ts';
import { createRandom } from './random.ts';

/** How often each command is killed, and more often in the long form. */
const ROUNDS = process.env.WHITHER_HOSTILE_FILES ? 20 : 2;
const MODEL = ['--model', STAND_IN, '--backend', 'onnxruntime', '--no-refine'];

const folder = makeFolder();
const at = (...parts: string[]): string => join(folder.path, ...parts);
let program: string;
beforeAll(async () => {
  program = bundle('src/cli/main.ts', folder.path);
  mkdirSync(at('tmp'));
  for (const i of [0, 1]) await writeImage(at(`${i}.png`), movingSquare(320, 240, i));
  const sink = await createFrameSink(at('clip.mp4'), { width: 320, height: 240, frameRate: 10 });
  for (let i = 0; i < 40; i++) await sink.write(movingSquare(320, 240, i % 20));
  await sink.close();
}, 60_000);
afterAll(() => folder.remove());

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs a program to its end; `stop` is called with it once it runs. */
function run(
  file: string,
  args: readonly string[],
  stop: (kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env: { ...process.env, TMPDIR: at('tmp') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
    stop((signal) => child.kill(signal));
  });
}

const command = (args: readonly string[], stop?: Parameters<typeof run>[2]): Promise<End> =>
  run(process.execPath, [program, ...args], stop);

/** Runs a command that is to succeed. */
async function succeed(args: readonly string[]): Promise<void> {
  const { code, stderr } = await command(args);
  expect(code, stderr).toBe(0);
}

/** An empty folder for what a command makes. */
function emptyFolder(): void {
  rmSync(at('out'), { recursive: true, force: true });
  mkdirSync(at('out'));
}

/** What a command left where outputs and temporary files lie, without the outputs themselves. */
const leftOver = (): string[] =>
  [...readdirSync(at('out')), ...readdirSync(at('tmp'))].filter((name) => name.startsWith('.'));

/** Reads every output; a broken one throws. */
async function readOutputs(): Promise<void> {
  for (const name of readdirSync(at('out'))) {
    if (name.startsWith('.')) continue;
    if (extname(name) === '.flo') await readFlow(at('out', name));
    else if (['.png', '.jpg'].includes(extname(name))) await readImage(at('out', name));
    else for await (const frame of (await openFrames(at('out', name))).frames()) void frame;
  }
}

const COMMANDS: readonly (readonly [string, () => string[]])[] = [
  ['a video', () => ['flow', at('clip.mp4'), '-o', at('out', 'o.mp4'), ...MODEL]],
  [
    'a GIF in two passes',
    () => ['flow', at('clip.mp4'), '-o', at('out', 'o.gif'), '--normalize', 'sequence', ...MODEL],
  ],
  ['flow files', () => ['flow', at('clip.mp4'), '-o', at('out', '%06d.flo'), '--force', ...MODEL]],
];

describe.each(COMMANDS)('%s', (_, args) => {
  test(
    'killed at any moment leaves no broken output, and the next run removes what was begun',
    async () => {
      const random = createRandom(5);
      for (let round = 0; round < ROUNDS; round++) {
        emptyFolder();
        await command(args(), (kill) => setTimeout(() => kill('SIGKILL'), 200 + random.below(2000)));
        await readOutputs();
        rmSync(at('out', 'o.mp4'), { force: true });
        rmSync(at('out', 'o.gif'), { force: true });
        await succeed(args());
        expect(leftOver()).toEqual([]);
        await readOutputs();
      }
    },
    ROUNDS * 60_000,
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'stopped by %s leaves nothing half-written',
    async (signal, status) => {
      const random = createRandom(6);
      for (let round = 0; round < ROUNDS; round++) {
        emptyFolder();
        const {
          code,
          signal: by,
          stderr,
        } = await command(args(), (kill) => {
          setTimeout(() => kill(signal), 300 + random.below(1500));
        });
        // Before it has begun the system ends it, and it may be done before.
        expect([status, 0, by === signal ? null : -1]).toContain(code);
        if (code === status)
          expect(stderr).toBe(`whither: stopped by ${signal}; nothing half-written is left behind\n`);
        expect(leftOver()).toEqual([]);
        await readOutputs();
      }
    },
    ROUNDS * 60_000,
  );
});

test('a second signal ends it at once, whatever it does', async () => {
  emptyFolder();
  const slow = [
    'flow',
    at('clip.mp4'),
    '-o',
    at('out', 'o.mp4'),
    '--schedule',
    Array(30).fill(1).join(),
    ...MODEL,
  ];
  const { code, signal } = await command(slow, (kill) => {
    setTimeout(() => kill('SIGTERM'), 1500);
    setTimeout(() => kill('SIGTERM'), 1600);
  });
  expect(code === 143 || signal === 'SIGTERM').toBe(true);
  expect(existsSync(at('out', 'o.mp4'))).toBe(false);
}, 60_000);

describe.skipIf(process.platform === 'win32')('a disk that is full', () => {
  const pair = (...rest: string[]): string[] => ['flow', at('0.png'), at('1.png'), ...rest, ...MODEL];
  test.each([
    ['a flow file', () => pair('-o', at('out', 'o.flo'))],
    ['an image', () => pair('--color', at('out', 'o.png'))],
    ['a video', () => COMMANDS[0][1]()],
    ['a GIF in two passes', () => COMMANDS[1][1]()],
    ['a panorama', () => ['stitch', FIXTURES.boxA, FIXTURES.boxB, '-o', at('out', 'o.jpg')]],
  ])(
    '%s: one line, exit 1 and nothing left',
    async (_, args) => {
      emptyFolder();
      // The limit is counted in blocks of a kibibyte; at it, writing fails as on a full disk.
      const limited = ['-c', 'ulimit -f 2; exec "$@"', 'sh', process.execPath, program, ...args()];
      const { code, signal, stderr } = await run('bash', limited);
      expect({ code, signal }).toEqual({ code: 1, signal: null });
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^whither: Expected .*(EFBIG|File too large)$/);
      expect(readdirSync(at('out'))).toEqual([]);
      expect(leftOver()).toEqual([]);
    },
    60_000,
  );
});

describe.skipIf(process.platform === 'win32')('names of files', () => {
  test.each(['a b  c', 'a\nb', '😀 é 漢字', '-o', '%d', 'it\'s "q"', 'a\\b', '*', `${'n'.repeat(235)}`])(
    '%j',
    async (name) => {
      emptyFolder();
      const frames = at('out', name);
      mkdirSync(frames);
      for (const i of [0, 1]) await writeImage(join(frames, `${name}${i}.png`), movingSquare(64, 48, i));
      const [a, b] = [join(frames, `${name}0.png`), join(frames, `${name}1.png`)];
      const single = join(frames, `${name}.flo`);
      await succeed(['flow', a, b, '-o', single, ...MODEL]);
      await readFlow(single);
      await succeed(['flow', frames, '-o', join(frames, 'flows', '%06d.flo'), ...MODEL]);
      expect(readdirSync(join(frames, 'flows'))).toEqual([`${name}0.flo`]);
    },
    60_000,
  );
});
