/** A video with sound, uncompressed: grey frames that get brighter, and a tone of 8000 samples a second. */
export function makeAvi(width: number, height: number, frames: number, frameRate: number): Buffer {
  const samples = Math.round(8000 / frameRate);
  const video = stream('vids', 'DIB ', 1, frameRate, width * height * 3, bitmapHeader(width, height));
  const audio = stream('auds', '\0\0\0\0', 1, 8000, 2, waveHeader());
  const header = list('hdrl', chunk('avih', mainHeader(width, height, frames, frameRate)), video, audio);
  const data = Array.from({ length: frames }, (_, i) => [
    chunk('00db', Buffer.alloc(width * height * 3, 20 * i)),
    chunk('01wb', tone(i * samples, samples)),
  ]);
  return form('RIFF', 'AVI ', header, list('movi', ...data.flat()));
}

function chunk(name: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(name), size, data, Buffer.alloc(data.length % 2)]);
}

const form = (kind: string, name: string, ...parts: Buffer[]): Buffer =>
  chunk(kind, Buffer.concat([Buffer.from(name), ...parts]));

const list = (name: string, ...parts: Buffer[]): Buffer => form('LIST', name, ...parts);

function fields(...values: readonly (number | string)[]): Buffer {
  const words = values.map((value) => {
    if (typeof value === 'string') return Buffer.from(value);
    const word = Buffer.alloc(4);
    word.writeInt32LE(value);
    return word;
  });
  return Buffer.concat(words);
}

/** Times in millionths of a second; 0x10 says that there is no index, but that frames come in their order. */
const mainHeader = (width: number, height: number, frames: number, frameRate: number): Buffer =>
  fields(Math.round(1e6 / frameRate), 0, 0, 0x100, frames, 0, 2, 0, width, height, 0, 0, 0, 0);

const stream = (
  kind: string,
  codec: string,
  scale: number,
  rate: number,
  size: number,
  format: Buffer,
): Buffer =>
  list(
    'strl',
    chunk('strh', fields(kind, codec, 0, 0, 0, scale, rate, 0, 0, size, -1, kind === 'auds' ? 2 : 0, 0, 0)),
    chunk('strf', format),
  );

/** Rows from the top, which is what a negative height says; 24 bits a pixel in one plane. */
const bitmapHeader = (width: number, height: number): Buffer =>
  fields(40, width, -height, 1 | (24 << 16), 0, width * height * 3, 0, 0, 0, 0);

/** PCM of one channel, 16 bits a sample. */
const waveHeader = (): Buffer => fields(1 | (1 << 16), 8000, 16000, 2 | (16 << 16));

function tone(first: number, count: number): Buffer {
  const data = Buffer.alloc(2 * count);
  for (let i = 0; i < count; i++)
    data.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * 440 * (first + i)) / 8000)), 2 * i);
  return data;
}
