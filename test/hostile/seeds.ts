import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import {
  createFrameSink,
  encodeFlo,
  encodeKitti,
  encodeNpy,
  encodePfm,
  writeImage,
} from '../../src/io/index.ts';
import { STAND_IN } from '../cli/run-command.ts';
import { movingSquare } from '../io/scratch.ts';
import { mutateBytes, mutateJson } from './mutate.ts';
import type { Random } from './random.ts';

/** A format whose files are damaged, and what the command is asked to do with them. */
export interface Kind {
  readonly name: string;
  /** Puts a damaged file, or a folder, at `path`. */
  write(path: string, random: Random): void;
  /** The arguments of the command. */
  command(path: string, output: string): string[];
  readonly outputExtension: string;
}

const [WIDTH, HEIGHT] = [48, 32];
const image = movingSquare(WIDTH, HEIGHT, 0);
const raw = { raw: { width: WIDTH, height: HEIGHT, channels: 3 } } as const;
const flow = {
  width: WIDTH,
  height: HEIGHT,
  data: Float32Array.from({ length: WIDTH * HEIGHT * 2 }, (_, i) => Math.sin(i)),
};
/** A header may claim a large image, and then there would be much to estimate: it is the readers that are tried. */
const MODEL = ['--model', STAND_IN, '--backend', 'onnxruntime', '--no-refine', '--max-size', '256'];

/** An uncompressed bitmap and the binary Netpbm formats, which have no encoder here. */
function encodeBmp(): Buffer {
  const head = Buffer.alloc(54);
  head.write('BM', 'latin1');
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(WIDTH, 18);
  head.writeInt32LE(HEIGHT, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, image.data]);
}
const encodePpm = (): Buffer => Buffer.concat([Buffer.from(`P6\n${WIDTH} ${HEIGHT}\n255\n`), image.data]);
const encodePgm = (): Buffer =>
  Buffer.concat([Buffer.from(`P5 ${WIDTH} ${HEIGHT} 65535 `), Buffer.alloc(WIDTH * HEIGHT * 2, 90)]);

async function encodeImages(): Promise<Record<string, Buffer>> {
  const encode = (work: (source: Sharp) => Sharp): Promise<Buffer> => work(sharp(image.data, raw)).toBuffer();
  return {
    png: await encode((source) => source.png()),
    'palette.png': await encode((source) => source.png({ palette: true })),
    'deep.png': await encode((source) => source.toColourspace('rgb16').png()),
    jpg: await encode((source) => source.withExif({ IFD0: { Orientation: '6' } }).jpeg()),
    'progressive.jpg': await encode((source) => source.jpeg({ progressive: true })),
    webp: await encode((source) => source.webp()),
    tif: await encode((source) => source.tiff({ compression: 'lzw' })),
    avif: await encode((source) => source.avif({ effort: 0 })),
    bmp: encodeBmp(),
    ppm: encodePpm(),
    pgm: encodePgm(),
  };
}

async function encodeFrames(folder: string, extension: string): Promise<Buffer> {
  const path = join(folder, `seed.${extension}`);
  const sink = await createFrameSink(path, { width: WIDTH, height: HEIGHT, frameRate: 10 });
  for (let i = 0; i < 4; i++) await sink.write(movingSquare(WIDTH, HEIGHT, i));
  await sink.close();
  return readFileSync(path);
}

/** Uncompressed video, as other programs pipe it. */
function encodeY4m(): Buffer {
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(WIDTH * HEIGHT * 1.5, 120)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 C420jpeg\n`), frame, frame, frame]);
}

/** Damages bytes under a name of the given extension. */
const bytesKind = (name: string, seed: Buffer, kind: Pick<Kind, 'command' | 'outputExtension'>): Kind => ({
  name,
  write: (path, random) => writeFileSync(path, mutateBytes(seed, random)),
  ...kind,
});

const jsonKind = (name: string, seed: object, command: Kind['command']): Kind => ({
  name,
  write: (path, random) => writeFileSync(path, mutateJson(JSON.stringify(seed), random)),
  command,
  outputExtension: '.png',
});

/** Every format that is read, each with a small sound file to damage. `folder` keeps what goes with them. */
export async function createKinds(folder: string): Promise<Kind[]> {
  mkdirSync(folder, { recursive: true });
  const [good, truth] = [join(folder, 'good.png'), join(folder, 'truth.flo')];
  await writeImage(good, image, { overwrite: true });
  writeFileSync(truth, encodeFlo(flow));
  const ofImage = {
    command: (path: string, output: string) => ['flow', path, good, '-o', output, ...MODEL],
    outputExtension: '.flo',
  };
  const ofFlow = { command: (path: string) => ['score', path, truth, '--json'], outputExtension: '' };
  const ofVideo = {
    command: (path: string, output: string) => [
      'flow',
      path,
      '-o',
      output,
      '--normalize',
      'sequence',
      ...MODEL,
    ],
    outputExtension: '.gif',
  };
  const images = Object.entries(await encodeImages()).map(([name, seed]) => bytesKind(name, seed, ofImage));
  const flows = Object.entries({
    flo: encodeFlo,
    'kitti.png': encodeKitti,
    pfm: encodePfm,
    npy: encodeNpy,
  }).map(([name, encode]) => bytesKind(name, Buffer.from(encode(flow)), ofFlow));
  const videos = ['gif', 'mp4', 'webm', 'mov', 'mkv'].map(async (extension) =>
    bytesKind(extension, await encodeFrames(folder, extension), ofVideo),
  );
  // These are read before anything else: a file that is not there ends what would take long.
  const nowhere = join(folder, 'nowhere.png');
  return [
    ...images,
    ...flows,
    ...(await Promise.all(videos)),
    bytesKind('y4m', encodeY4m(), ofVideo),
    jsonKind('transforms.json', transforms(), (path, output) => [
      ...['stitch', good, good, '--transforms', path, '-o', output],
    ]),
    jsonKind(
      'points.json',
      [
        [1, 2],
        [3.5, 4],
      ],
      (path) => ['match', nowhere, nowhere, '--semantic', '--json', '--points', path],
    ),
    jsonKind('metric.json', { kind: 'mahalanobis', length: 2, projection: [1, 0, 0, 1] }, (path) => [
      ...['similarity', nowhere, nowhere, '--metric', path],
    ]),
    modelKind('model.json', good, (path, random) => {
      const file = join(path, 'model.json');
      writeFileSync(file, mutateJson(readFileSync(file, 'utf8'), random));
    }),
    modelKind('onnx', good, damageGraph),
  ];
}

const transforms = (): object => ({
  model: 'homography',
  projection: 'plane',
  upright: true,
  scale: 1,
  images: [0, 10].map((x) => ({
    file: 'good.png',
    width: WIDTH,
    height: HEIGHT,
    homographyToPanorama: [1, 0, x, 0, 1, 0, 0, 0, 1],
  })),
});

const modelKind = (name: string, good: string, damage: Kind['write']): Kind => ({
  name,
  write(path, random) {
    cpSync(STAND_IN, path, { recursive: true });
    damage(path, random);
  },
  command: (path, output) => [
    ...['flow', good, good, '-o', output, '--model', path, '--backend', 'onnxruntime', '--no-refine'],
  ],
  outputExtension: '.flo',
});

/** Another graph, with a hash that vouches for it. */
function damageGraph(path: string, random: Random): void {
  const file = join(path, 'fused.onnx');
  const bytes = mutateBytes(readFileSync(file), random);
  writeFileSync(file, bytes);
  const manifest = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8')) as {
    files: { fused: { sha256: string; bytes: number } };
  };
  manifest.files.fused.sha256 = createHash('sha256').update(bytes).digest('hex');
  manifest.files.fused.bytes = Math.max(1, bytes.length);
  writeFileSync(join(path, 'model.json'), JSON.stringify(manifest));
}
