import { cpSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFlow, writeImage } from '../../src/io/index.ts';
import { drawFrame, writeFrames } from './images.ts';
import { STAND_IN, makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;
const MODEL = ['--model', STAND_IN, '--backend', 'onnxruntime'];

/** A PNG of 40,000 x 40,000 pixels, of which the header alone is true. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(40000, 0);
  header.writeUInt32BE(40000, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const magic = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    magic,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(9))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The check sum of PNG chunks (PNG specification, annex D). */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

beforeAll(async () => {
  await writeImage(at('a.png'), drawFrame(40, 30));
  await writeImage(at('b.png'), drawFrame(40, 30, 1));
  await writeImage(at('small.png'), drawFrame(20, 30));
  await writeFlow(at('flow.flo'), { width: 8, height: 6, data: new Float32Array(96) });
  mkdirSync(at('folder'));
  mkdirSync(at('empty-folder'));
  writeFileSync(at('empty.png'), '');
  writeFileSync(at('empty.mp4'), '');
  writeFileSync(at('text.png'), 'This is a letter and no image.\n');
  writeFileSync(at('text.mp4'), 'This is a letter and no film.\n');
  writeFileSync(at('huge.png'), hugePng());
  writeFileSync(at('exists.flo'), 'keep me');
  writeFileSync(at('exists.mp4'), 'keep me');
  const flow = readFileSync(at('flow.flo'));
  writeFileSync(at('magic.flo'), Buffer.concat([Buffer.from('ABCD'), flow.subarray(4)]));
  writeFileSync(at('short.flo'), flow.subarray(0, 50));
  const wide = Buffer.from(flow);
  wide.writeInt32LE(30000, 4);
  wide.writeInt32LE(30000, 8);
  writeFileSync(at('claims.flo'), wide);
  await writeFlow(at('other.flo'), { width: 6, height: 6, data: new Float32Array(72) });
  await writeFrames(at('clip.mp4'), 12);
  cpSync(at('clip.mp4'), at('truncated.mp4'));
  truncateSync(at('truncated.mp4'), Math.round(readFileSync(at('clip.mp4')).length * 0.6));
  await writeFrames(at('one.mp4'), 1);
  for (const [folder, sizes] of [
    ['one-frame', [40]],
    ['sizes', [40, 40, 50, 40]],
  ] as const) {
    mkdirSync(at(folder));
    for (const [i, width] of sizes.entries())
      await writeImage(at(folder, `${i}.png`), drawFrame(width, 30, i));
  }
  for (const [folder, names] of [
    ['clash', ['a.png', 'a.jpg', 'b.png']],
    ['backward', ['a.png', 'a.backward.png', 'b.png']],
  ] as const) {
    mkdirSync(at(folder));
    for (const name of names) await writeImage(at(folder, name), drawFrame(40, 30));
  }
  symlinkSync('/dev/null', at('null.png'));
  symlinkSync('/dev/zero', at('zero.png'));
  writeFileSync(at('list.mp4'), 'ffconcat version 1.0\nfile text.png\n');
  writeFileSync(at('nothing.json'), '{"model":"rotation","projection":"plane","scale":1,"images":[null]}');
  cpSync(STAND_IN, at('damaged'), { recursive: true });
  writeFileSync(at('damaged', 'fused.onnx'), 'no longer the graph');
  mkdirSync(at('out'));
  symlinkSync(at('out'), at('link'));
});
afterAll(() => scratch.remove());

const pair = (a: string, b: string, ...rest: string[]): string[] => [
  ...['flow', at(a), at(b), '-o', at('out', 'out.flo'), ...MODEL, ...rest],
];
const film = (input: string, ...rest: string[]): string[] => [
  ...['flow', at(input), '-o', at('out', 'out.mp4'), ...MODEL, ...rest],
];
const score = (flow: string, truth: string): string[] => ['score', at(flow), at(truth)];

describe('one line on stderr, exit 1 and nothing half-written', () => {
  const cases: [string, () => string[], RegExp][] = [
    ['a missing image', () => pair('a.png', 'nowhere.png'), /nowhere\.png/],
    ['a folder for an image', () => pair('folder', 'b.png'), /folder/],
    ['an empty image', () => pair('empty.png', 'b.png'), /empty/],
    ['a text that is named .png', () => pair('text.png', 'b.png'), /text\.png/],
    [
      'two sizes',
      () => pair('a.png', 'small.png'),
      /one size but .*a\.png is 40 x 30 and .*small\.png is 20 x 30/,
    ],
    ['a header that claims 40,000 x 40,000', () => pair('huge.png', 'b.png'), /40,?000 x 40,?000/],
    [
      'an output that exists',
      () => ['flow', at('a.png'), at('b.png'), '-o', at('exists.flo'), ...MODEL],
      /exists: add --force/,
    ],
    [
      'an output in no folder',
      () => ['flow', at('a.png'), at('b.png'), '-o', at('no', 'a.flo'), ...MODEL],
      /create it first/,
    ],
    [
      'an output that is a folder',
      () => ['flow', at('a.png'), at('b.png'), '--color', at('folder.png'), '-o', at('out'), ...MODEL],
      /Expected a name ending in \.flo/,
    ],
    [
      'an output of unknown kind',
      () => ['flow', at('a.png'), at('b.png'), '-o', at('out', 'a.txt'), ...MODEL],
      /ending in \.flo, .*but received/,
    ],
    [
      'one name for two outputs',
      () => ['flow', at('a.png'), at('b.png'), '-o', at('out', 'a.png'), '--color', at('out', 'a.png')],
      /twice/,
    ],
    [
      'an image that would be overwritten by what is made of it, --force or not',
      () => ['flow', at('a.png'), at('b.png'), '--color', at('out', '..', 'b.png'), '--force', ...MODEL],
      /apart from the input but .*b\.png is both/,
    ],
    [
      'a video that would be overwritten by its own flow',
      () => ['flow', at('clip.mp4'), '-o', at('clip.mp4'), '--force', ...MODEL],
      /apart from the input but .*clip\.mp4 is both/,
    ],
    [
      'images of flow in the folder of the frames',
      () => ['flow', at('sizes'), '-o', at('sizes', '*.png'), '--force', ...MODEL],
      /apart from the input but .*sizes is both/,
    ],
    [
      'images of flow in the folder of a pattern',
      () => ['flow', at('sizes', '%d.png'), '-o', at('sizes/'), ...MODEL],
      /apart from the input but .*sizes\/? is both/,
    ],
    ['nothing to make', () => ['flow', at('a.png'), at('b.png')], /Expected something to make/],
    ['three inputs', () => ['flow', 'a', 'b', 'c', '-o', 'd.flo'], /received 3 inputs/],
    ['an option of sequences with a pair', () => pair('a.png', 'b.png', '--every', '2'), /--every/],
    [
      'a damaged model',
      () => pair('a.png', 'b.png', '--model', at('damaged')),
      /Expected sha256 [0-9a-f]{64} .*fused\.onnx but received [0-9a-f]{64}/,
    ],
    [
      'an unknown model',
      () => pair('a.png', 'b.png', '--model', 'flownet-z'),
      /installed model .*"flownet-z"/,
    ],
    [
      'an unknown backend',
      () => pair('a.png', 'b.png', '--backend', 'abacus'),
      /Expected one of .* for backend but received "abacus"/,
    ],
    ['a missing video', () => film('nowhere.mp4'), /nowhere\.mp4/],
    ['an empty video', () => film('empty.mp4'), /empty\.mp4/],
    ['a text that is named .mp4', () => film('text.mp4'), /text\.mp4/],
    ['a truncated video', () => film('truncated.mp4'), /truncated\.mp4/],
    [
      'frames that differ in their extensions alone',
      () => ['flow', at('clash'), '-o', at('out', '%06d.flo'), ...MODEL],
      /a name of its own for every frame but two results would be a\.flo/,
    ],
    [
      'a frame named as the backward flow of another',
      () => ['flow', at('backward'), '-o', at('out', '%06d.flo'), '--both', ...MODEL],
      /two results would be a\.backward\.flo/,
    ],
    [
      'one place for two outputs, by a link',
      () =>
        pair('a.png', 'b.png', '--color', at('link', 'out.flo.png'), '--arrows', at('out', 'out.flo.png')),
      /out\.flo\.png twice/,
    ],
    [
      'a device for an output, --force or not',
      () => ['flow', at('a.png'), at('b.png'), '--color', at('null.png'), '--force', ...MODEL],
      /null\.png is a device or a pipe/,
    ],
    ['a device for an image', () => pair('zero.png', 'b.png'), /zero\.png but it is no regular file/],
    [
      'a list of files under the name of a video',
      () => film('list.mp4'),
      /list\.mp4 but it is in no container/,
    ],
    [
      'transforms of nothing',
      () => [
        'stitch',
        at('a.png'),
        at('b.png'),
        '-o',
        at('out', 'p.png'),
        '--transforms',
        at('nothing.json'),
      ],
      /an object for images\[0\] but received null/,
    ],
    ['a video of one frame', () => film('one.mp4'), /Expected 2 frames or more in .*one\.mp4 but received 1/],
    ['a folder of no frame', () => film('empty-folder'), /empty-folder/],
    [
      'a folder of one frame',
      () => film('one-frame'),
      /Expected 2 frames or more in .*one-frame but received 1/,
    ],
    ['frames of different sizes', () => film('sizes'), /40 x 30.*50 x 30/],
    [
      'a video that exists',
      () => ['flow', at('clip.mp4'), '-o', at('exists.mp4'), ...MODEL],
      /exists: add --force/,
    ],
    [
      'a flow file for a video',
      () => ['flow', at('clip.mp4'), '-o', at('out', 'a.flo'), ...MODEL],
      /%06d\.flo/,
    ],
    ['a video and no output', () => ['flow', at('clip.mp4'), ...MODEL], /Expected -o/],
    ['an image of a pair with a video', () => film('clip.mp4', '--color', at('out', 'c.png')), /--color/],
    ['a flow file of the wrong magic', () => score('magic.flo', 'flow.flo'), /magic\.flo/],
    ['a flow file that is cut', () => score('short.flo', 'flow.flo'), /short\.flo/],
    [
      'a flow file whose header is larger than the file',
      () => score('claims.flo', 'flow.flo'),
      /30000 x 30000/,
    ],
    ['flow of two sizes', () => score('flow.flo', 'other.flo'), /8 x 6.*6 x 6|6 x 6.*8 x 6/],
    ['a missing flow file', () => score('flow.flo', 'nowhere.flo'), /nowhere\.flo/],
  ];

  test.each(cases)('for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await runCommand(args());
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^whither: /);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(scratch.list('out')).toEqual([]);
  });
});

test('what exists is left as it was', () => {
  for (const name of ['exists.flo', 'exists.mp4']) expect(readFileSync(at(name), 'utf8')).toBe('keep me');
});

test('a number that is none is refused with what is expected', async () => {
  for (const option of [
    ['--every', '0'],
    ['--max-size', '-3'],
    ['--normalize', 'loud'],
    ['--overlay', 'x'],
  ]) {
    const { code, stderr } = await runCommand(['flow', at('clip.mp4'), '-o', at('out', 'o.mp4'), ...option]);
    expect(stderr).toMatch(/^error: option '.*' argument '.*' is invalid\. (Expected|Allowed choices) .*\n/);
    expect(code).toBe(1);
  }
});

test('NaN in a .flo file is unknown flow', async () => {
  const bytes = Buffer.from(readFileSync(at('flow.flo')));
  bytes.writeFloatLE(NaN, 12);
  writeFileSync(at('nan.flo'), bytes);
  const { code, stdout, stderr } = await runCommand(['score', at('nan.flo'), at('flow.flo'), '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ epe: 0, missingPixels: 1 });
});

test('images of a few pixels get a flow, and a word that it is a guess', async () => {
  await writeImage(at('five.png'), drawFrame(5, 5));
  const [tiny, enough] = await Promise.all(
    ['five.png', 'a.png'].map((name) => runCommand(['flow', at(name), at(name), '--json', ...MODEL])),
  );
  expect([tiny.code, enough.code]).toEqual([0, 0]);
  expect(tiny.stderr).toContain('a guess: 5 x 5 pixels are too few');
  expect(enough.stderr).not.toContain('a guess');
});
