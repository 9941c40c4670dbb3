import { execFileSync } from 'node:child_process';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../../fixtures/index.ts';
import { FileError } from '../../src/core/errors.ts';
import type { FlowField, Image } from '../../src/core/index.ts';
import {
  atomicWrite,
  createFrameSink,
  decodeFlo,
  decodeImage,
  decodeKitti,
  decodeNpy,
  decodePfm,
  encodeFlo,
  encodeImage,
  encodeKitti,
  encodeNpy,
  encodePfm,
  isFlowFile,
  openFrames,
  readFlow,
  readImage,
  readImages,
  readMask,
  writeFlow,
  writeImage,
  writeMask,
} from '../../src/io/index.ts';
import { namePattern } from '../../src/io/disk/name-pattern.ts';
import { temporaryIn } from '../../src/io/disk/temporary.ts';
import { movingSquare, scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
const image = movingSquare(32, 24, 0);
const flow = { width: 4, height: 3, data: new Float32Array(24).fill(1.5) };

/** Milliseconds of the processor that `work` takes. */
function timeOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1000;
}

describe('a path is a string or a file: URL', () => {
  const doors: [string, (path: string) => unknown][] = [
    ['readImage', (path) => readImage(path)],
    ['readMask', (path) => readMask(path)],
    ['readFlow', (path) => readFlow(path)],
    ['openFrames', (path) => openFrames(path)],
    ['writeImage', (path) => writeImage(path, image)],
    ['writeMask', (path) => writeMask(path, { width: 1, height: 1, data: new Uint8Array(1) })],
    ['writeFlow', (path) => writeFlow(path, flow)],
    ['atomicWrite', (path) => atomicWrite(path, new Uint8Array(1))],
    ['createFrameSink', (path) => createFrameSink(path, { width: 2, height: 2, frameRate: 1 })],
    ['isFlowFile', async (path) => Promise.resolve().then(() => isFlowFile(path))],
  ];
  const secret = 'secret-content';
  const strangers: [string, unknown][] = [
    ['bytes that spell a path', Buffer.from(FIXTURES.boxA)],
    ['bytes', Buffer.from(secret)],
    ['a long text', secret.repeat(1000)],
    ['a text with a zero byte', `${secret}\0`],
    ['an object', { path: secret }],
    ['nothing', undefined],
    ['an empty text', ''],
    ['a URL of the web', new URL(`https://example.com/${secret}`)],
  ];
  it.each(doors)('%s refuses all else, and does not show it', async (_, open) => {
    for (const [, value] of strangers) {
      const error = await Promise.resolve(open(value as string)).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error!.message).toMatch(/^Expected a (path|file: URL)/);
      expect(error!.message).not.toContain(secret);
      expect(error!.message).not.toContain(FIXTURES.boxA);
    }
  });

  it('a file: URL is one', async () => {
    await writeImage(pathToFileURL(scratch.path('by url.png')), image);
    expect((await readImage(pathToFileURL(scratch.path('by url.png')))).data).toEqual(image.data);
  });
});

describe('bytes have functions of their own', () => {
  it.each(['png', 'webp', 'tiff'] as const)(
    'decodeImage gives back what encodeImage made: %s',
    async (format) => {
      expect(await decodeImage(await encodeImage(image, format))).toEqual(image);
    },
  );

  it('decodeImage refuses a path, text, and more pixels than it may', async () => {
    await expect(decodeImage('a.png' as unknown as Uint8Array)).rejects.toThrow(
      /Uint8Array.*readImage takes paths/,
    );
    await expect(decodeImage(new ArrayBuffer(8) as unknown as Uint8Array)).rejects.toThrow(
      'received an object (ArrayBuffer): wrap it, new Uint8Array(bytes)',
    );
    await expect(decodeImage(Buffer.from('a letter'))).rejects.toThrow(
      /in the bytes given but its bytes are of no format/,
    );
    await expect(decodeImage(await encodeImage(image, 'png'), { maxPixels: 100 })).rejects.toThrow(
      /at most 100 pixels/,
    );
  });
});

describe('what is not an image', () => {
  it('is not written as one', async () => {
    const path = scratch.path('no.png');
    await expect(writeImage(path, { image } as unknown as Image)).rejects.toThrow(
      'Expected width, height and data for an image but received an object (Object)',
    );
    await expect(writeFlow(scratch.path('no.flo'), { flow: 1 } as unknown as FlowField)).rejects.toThrow(
      'Expected an object with width, height and data for flow but received an object (Object)',
    );
  });

  it('one path is no list of paths', async () => {
    await expect(readImages('a.png' as unknown as string[])).rejects.toThrow(/a list.*"a.png".*readImage/);
  });
});

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

describe('formats are told by their first bytes', () => {
  it.each([
    ['SVG', SVG],
    ['SVG behind white space', `  \n${SVG}`],
    ['SVG behind an XML head', `<?xml version="1.0"?>${SVG}`],
    ['PDF', '%PDF-1.4\n%%EOF'],
  ])('%s is no image, whatever its name', async (_, text) => {
    for (const name of ['up.png', 'up.svg', 'up.gif', 'up.webp']) {
      await writeFile(scratch.path(name), text);
      await expect(readImage(scratch.path(name))).rejects.toThrow(/of no format that is read/);
      await expect(openFrames(scratch.path(name))).rejects.toThrow(FileError);
    }
  });
});

describe('a video is in a container of video', () => {
  beforeAll(async () => {
    await writeFile(scratch.path('private.txt'), 'Nobody is to see this.\n'.repeat(20));
    await writeImage(scratch.path('0001.png'), image);
  });
  it.each([
    ['a list of files', 'ffconcat version 1.0\nfile private.txt\n'],
    ['a list of files with options', 'ffconcat version 1.0\nfile private.txt\noption safe 0\n'],
    ['a play list', '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nprivate.txt\n#EXT-X-ENDLIST\n'],
    [
      'a play list of another folder',
      '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:../x\n#EXT-X-ENDLIST\n',
    ],
    [
      'a description of a session',
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n',
    ],
    [
      'DASH',
      '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>private.txt</BaseURL></MPD>',
    ],
    ['subtitles', '1\n00:00:00,000 --> 00:00:09,000\nDrawn as text.\n\n'],
    ['a letter', 'Dear reader,\n\nthis is text.\n'.repeat(50)],
    ['ANSI art', '\x1b[31mred\x1b[0m\n'.repeat(200)],
  ])('%s is none, under any name', async (_, text) => {
    for (const name of ['up.mp4', 'up.mov', 'up.m3u8', 'up.txt', 'up.ans', 'up.sdp', 'up.mpd']) {
      await writeFile(scratch.path(name), text);
      await expect(openFrames(scratch.path(name))).rejects.toThrow(/^Expected a video at/);
    }
  });

  it('a .y4m that is cut is told after its last whole frame', async () => {
    const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(16 * 16 * 1.5, 90)]);
    const whole = Buffer.concat([Buffer.from('YUV4MPEG2 W16 H16 F25:1 C420jpeg\n'), frame, frame, frame]);
    const count = async (bytes: Uint8Array): Promise<number> => {
      await writeFile(scratch.path('cut.y4m'), bytes);
      let frames = 0;
      for await (const { image: next } of (await openFrames(scratch.path('cut.y4m'))).frames())
        frames += next.width / 16;
      return frames;
    };
    expect(await count(whole)).toBe(3);
    for (const missing of [1, 200, frame.length - 1])
      await expect(count(whole.subarray(0, -missing))).rejects.toThrow(/after 2: the file is cut short/);
  });
});

describe.skipIf(process.platform === 'win32')('what is no regular file', () => {
  beforeAll(() => {
    for (const name of ['pipe', 'pipe.png', 'pipe.gif', 'pipe.flo', 'pipe.mp4'])
      execFileSync('mkfifo', [scratch.path(name)]);
  });
  it.each([
    ['readImage', () => readImage('/dev/zero')],
    ['readImage of a pipe', () => readImage(scratch.path('pipe'))],
    ['readMask', () => readMask(scratch.path('pipe'))],
    ['readFlow', () => readFlow(scratch.path('pipe.flo'))],
    ['openFrames of an image', () => openFrames(scratch.path('pipe.png'))],
    ['openFrames of an animation', () => openFrames(scratch.path('pipe.gif'))],
    ['openFrames of a video', () => openFrames(scratch.path('pipe.mp4'))],
    ['openFrames of a device', () => openFrames('/dev/zero')],
    ['writeFlow over a pipe', () => writeFlow(scratch.path('pipe.flo'), flow, { overwrite: true })],
    ['writeImage over a pipe', () => writeImage(scratch.path('pipe.png'), image, { overwrite: true })],
    ['atomicWrite over a device', () => atomicWrite('/dev/null', new Uint8Array(1), { overwrite: true })],
  ])('%s refuses it at once', async (_, open) => {
    await expect(open()).rejects.toThrow(/no regular file|a device or a pipe/);
  });
});

describe('a header is believed as far as maxPixels', () => {
  const codecs: [string, (bytes: Uint8Array, options: object) => unknown, Uint8Array][] = [
    ['decodeFlo', decodeFlo, encodeFlo(flow)],
    ['decodeKitti', decodeKitti, encodeKitti(flow)],
    ['decodePfm', decodePfm, encodePfm(flow)],
    ['decodeNpy', decodeNpy, encodeNpy(flow)],
  ];
  it.each(codecs)('%s', (_, decode, bytes) => {
    expect(decode(bytes, { maxPixels: 12 })).toMatchObject({ width: 4, height: 3 });
    expect(() => decode(bytes, { maxPixels: 11 })).toThrow(
      /at most 11 pixels but its header claims 4 x 3, 12 pixels/,
    );
  });

  it('readFlow passes it on', async () => {
    await writeFlow(scratch.path('limit.flo'), flow);
    await expect(readFlow(scratch.path('limit.flo'), { maxPixels: 11 })).rejects.toThrow(
      /limit\.flo: .*at most 11/,
    );
  });

  it('a small PNG of a huge flow is refused before it is unpacked', () => {
    const bytes = Buffer.from(encodeKitti(flow));
    bytes.writeUInt32BE(30000, 16);
    bytes.writeUInt32BE(30000, 20);
    expect(() => decodeKitti(bytes)).toThrow(/at most 200,000,000 pixels/);
    expect(deflateSync(Buffer.alloc(1e6)).length).toBeLessThan(2000);
  });
});

describe('time grows with the length of what is read', () => {
  it('in .npy headers', () => {
    const text = "'shape':(".repeat(40000);
    const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0, 0, 0, 0, 0]);
    head.writeUInt32LE(text.length, 8);
    const bytes = Buffer.concat([head, Buffer.from(text)]);
    expect(timeOf(() => expect(() => decodeNpy(bytes)).toThrow(FileError))).toBeLessThan(1000);
  });

  it('in patterns of names', () => {
    const fits = namePattern('*a*a*a*a*a*a*a*a%d%d%d%d*?*b');
    expect(timeOf(() => fits('a1'.repeat(127)))).toBeLessThan(1000);
    expect(timeOf(() => namePattern('%09999999999999d')('1'.repeat(255)))).toBeLessThan(1000);
  });
});

describe('namePattern', () => {
  it.each([
    ['*.png', ['a.png', '.png', 'b.png.png'], ['a.jpg', 'apng', 'png']],
    ['%d.png', ['1.png', '0012.png'], ['.png', 'a.png', '1a.png']],
    ['f%04d.png', ['f0001.png', 'f12345.png'], ['f001.png', 'f.png', '0001.png']],
    ['a?c', ['abc', 'a😀c', 'a\nc'], ['ac', 'abbc']],
    ['*a*b*', ['ab', 'xaxbx', 'aab'], ['ba', 'a', '']],
    ['a.(b)[c]+^$|\\{}', ['a.(b)[c]+^$|\\{}'], ['aX(b)[c]+^$|\\{}']],
    ['100%', ['100%'], ['100', '1001']],
    ['😀*', ['😀', '😀a'], ['a😀']],
    ['%d%d', ['12', '123'], ['1', '']],
  ])('%s', (pattern, yes, no) => {
    const fits = namePattern(pattern);
    expect(yes.filter((name) => !fits(name))).toEqual([]);
    expect(no.filter(fits)).toEqual([]);
  });
});

describe('names of files that are not complete', () => {
  it('leave room for names as long as a file system takes', async () => {
    await mkdir(scratch.path('long'));
    const name = `${'n'.repeat(240)}.flo`;
    await writeFlow(scratch.path('long', name), flow);
    expect(await scratch.list('long')).toEqual([name]);
  });

  it('are removed where their process is gone or they are a day old, and no others are', async () => {
    await mkdir(scratch.path('left'));
    const other = temporaryIn(scratch.path('left'), 'a.flo');
    const dead = other.replace(`-${process.pid}-`, '-4194305-');
    const [place] = /[0-9a-f]{8}(?=-\d)/.exec(other)!;
    const [elsewhere, old] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'].map((random) =>
      scratch.path('left', `.whither-${place === '00000000' ? '1' : '0'}0000000-4194305-${random}.flo`),
    );
    const mine = ['a.flo', '.whither-notes', '.hidden', '.whither-00000000-1-a.flo'];
    for (const path of [other, dead, elsewhere, old, ...mine.map((name) => scratch.path('left', name))])
      await writeFile(path, 'left');
    const past = new Date(Date.now() - 25 * 3600 * 1000);
    for (const path of [old, ...mine.map((name) => scratch.path('left', name))])
      await utimes(path, past, past);
    await atomicWrite(scratch.path('left', 'new.bin'), new Uint8Array(1));
    const kept = [other, elsewhere].map((path) => path.slice(path.lastIndexOf('/') + 1));
    expect(await scratch.list('left')).toEqual([...mine, ...kept, 'new.bin'].sort());
    expect(await readFile(scratch.path('left', 'a.flo'), 'utf8')).toBe('left');
  });
});
