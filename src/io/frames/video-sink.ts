import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname, resolve } from 'node:path';
import { FileError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { checkWritable, publish, temporaryName, toPath } from '../disk/index.ts';
import type {
  AvCodec,
  AvCodecContext,
  AvFormatContext,
  AvFrame,
  AvPacket,
  AvScaleContext,
  AvStream,
  Ffmpeg,
  Rational,
} from './ffmpeg.ts';
import { AV, checkCode, loadFfmpeg, makeDictionary, makeScaler } from './ffmpeg.ts';
import type { FrameSink, FrameSinkOptions } from './types.ts';
import { checkFrame, makeQueue } from './sink-tools.ts';
import { openSound, refusedSound } from './sound.ts';
import type { SoundCopy } from './sound.ts';

/** An encoder by FFmpeg's name and its settings. */
export interface VideoEncoder {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

/** How a container is written: FFmpeg's name and options, and the encoders in order of preference. */
export interface VideoContainer {
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly encoders: readonly VideoEncoder[];
}

/** High quality (flow colours have sharp edges and no noise), then what builds of FFmpeg without x264 have. */
const H264: readonly VideoEncoder[] = [
  { name: 'libx264', options: { preset: 'fast', crf: '18' } },
  { name: 'libopenh264', options: { b: '8000000' } },
  { name: 'mpeg4', options: { b: '8000000' } },
];
const VP9: readonly VideoEncoder[] = [
  { name: 'libvpx-vp9', options: { crf: '24', b: '0', deadline: 'good', 'cpu-used': '5', 'row-mt': '1' } },
  { name: 'libvpx', options: { crf: '10', b: '8000000', deadline: 'good', 'cpu-used': '4' } },
];

/** The video files that can be written, by extension. */
export const VIDEO_CONTAINERS: Readonly<Record<string, VideoContainer>> = {
  // The table of contents in front, so that a browser can play the beginning while it loads.
  '.mp4': { format: 'mp4', options: { movflags: '+faststart' }, encoders: H264 },
  '.mov': { format: 'mov', options: { movflags: '+faststart' }, encoders: H264 },
  '.mkv': { format: 'matroska', options: {}, encoders: H264 },
  '.webm': { format: 'webm', options: {}, encoders: VP9 },
};

const MAX_THREADS = 8;
/** Of a video whose frames have times of their own, a second; MPEG-4 takes no more than 65535. */
const TICKS = 60000;

interface Encoder {
  readonly ffmpeg: Ffmpeg;
  readonly path: string;
  readonly format: AvFormatContext;
  readonly stream: AvStream;
  readonly codec: AvCodecContext;
  readonly scaler: AvScaleContext;
  readonly packet: AvPacket;
  readonly sound?: SoundCopy;
  /** Of frames with times of their own: from the last but one to the last, in the time base of the codec. */
  lastStep: number;
  free(): Promise<void>;
}

/** The next even number. */
const even = (size: number): number => size + (size % 2);

/** The frame rate as a fraction: exact for whole numbers and three decimals, and for the rates of NTSC. */
export function toRational(frameRate: number): Rational {
  const ntsc = Math.round(frameRate * 1.001);
  if (Math.abs((ntsc * 1000) / 1001 - frameRate) < 1e-3 && Math.abs(frameRate - Math.round(frameRate)) > 1e-3)
    return { num: ntsc * 1000, den: 1001 };
  return { num: Math.max(1, Math.round(frameRate * 1000)), den: 1000 };
}

/** The first of the encoders that this FFmpeg has. */
function chooseEncoder(
  ffmpeg: Ffmpeg,
  path: string,
  encoders: readonly VideoEncoder[],
): { codec: AvCodec; options: VideoEncoder['options'] } {
  for (const { name, options } of encoders) {
    const codec = ffmpeg.Codec.findEncoderByName(name);
    if (codec) return { codec, options };
  }
  const names = encoders.map(({ name }) => name).join(', ');
  throw new FileError(`Expected an encoder for ${path} among ${names} but this FFmpeg has none of them`);
}

function configure(
  ffmpeg: Ffmpeg,
  context: AvCodecContext,
  format: AvFormatContext,
  { width, height, frameRate, variableRate }: FrameSinkOptions,
): void {
  const rate = toRational(frameRate);
  context.width = even(width);
  context.height = even(height);
  context.pixelFormat = ffmpeg.avGetPixFmtFromName('yuv420p');
  context.timeBase = variableRate ? { num: 1, den: TICKS } : { num: rate.den, den: rate.num };
  context.framerate = rate;
  context.threadCount = Math.min(MAX_THREADS, availableParallelism());
  context.colorRange = AV.RANGE_LIMITED;
  context.colorPrimaries = AV.BT709;
  context.colorTrc = AV.BT709;
  context.colorSpace = AV.BT709;
  if ((format.oformat?.flags ?? 0) & AV.FORMAT_WANTS_GLOBAL_HEADER) context.flags |= AV.CODEC_GLOBAL_HEADER;
}

/** Opens `codec` with `options`, or the container's header, which takes options in the same way. */
async function withOptions(
  ffmpeg: Ffmpeg,
  entries: Readonly<Record<string, string>>,
  use: (options: ReturnType<typeof makeDictionary>) => Promise<number>,
  expectation: string,
): Promise<void> {
  const options = makeDictionary(ffmpeg, entries);
  try {
    checkCode(ffmpeg, await use(options), expectation);
  } finally {
    options.free();
  }
}

async function openEncoder(
  path: string,
  temporary: string,
  container: VideoContainer,
  sinkOptions: FrameSinkOptions,
): Promise<Encoder> {
  const ffmpeg = loadFfmpeg(`to write ${path}`);
  const { codec: encoder, options } = chooseEncoder(ffmpeg, path, container.encoders);
  const format = new ffmpeg.FormatContext();
  const url = `file:${resolve(temporary)}`;
  checkCode(ffmpeg, format.allocOutputContext2(null, container.format, url), `to write ${path}`);
  const codec = new ffmpeg.CodecContext();
  const scaler = makeScaler(ffmpeg);
  const packet = new ffmpeg.Packet();
  packet.alloc();
  let sound: SoundCopy | undefined;
  const free = async (): Promise<void> => {
    packet.free();
    await sound?.close();
    scaler.freeContext();
    codec.freeContext();
    await format.closeOutput();
    format.freeContext();
  };
  try {
    codec.allocContext3(encoder);
    configure(ffmpeg, codec, format, sinkOptions);
    await withOptions(ffmpeg, options, (o) => codec.open2(encoder, o), `the encoder ${encoder.name} to open`);
    const stream = format.newStream(encoder);
    stream.timeBase = codec.timeBase;
    stream.avgFrameRate = codec.framerate;
    checkCode(ffmpeg, stream.codecpar.fromContext(codec), `settings for ${path}`);
    checkCode(ffmpeg, await format.openOutput(), `to write ${path}`);
    const from = sinkOptions.sound === undefined ? undefined : toPath(sinkOptions.sound, 'sound');
    if (from !== undefined) sound = await openSound(ffmpeg, from, format);
    const header = withOptions(ffmpeg, container.options, (o) => format.writeHeader(o), `to write ${path}`);
    await header.catch((error: unknown) => {
      throw sound?.codecs.length ? refusedSound(path, from!, sound) : error;
    });
    return { ffmpeg, path, format, stream, codec, scaler, packet, sound, lastStep: 0, free };
  } catch (error) {
    await free();
    throw error;
  }
}

/** The image with its last column and row repeated to even sizes, as a buffer. */
function padToEven({ width, height, data }: Image): Buffer {
  if (width % 2 === 0 && height % 2 === 0) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const stride = even(width) * 3;
  const padded = Buffer.alloc(stride * even(height));
  for (let y = 0; y < even(height); y++) {
    const from = Math.min(y, height - 1) * width * 3;
    padded.set(data.subarray(from, from + width * 3), y * stride);
    if (width % 2)
      padded.set(data.subarray(from + (width - 1) * 3, from + width * 3), y * stride + width * 3);
  }
  return padded;
}

/** Writes the packets that the encoder has ready. */
async function drain({ ffmpeg, path, format, stream, codec, packet, lastStep }: Encoder): Promise<void> {
  while ((await codec.receivePacket(packet)) >= 0) {
    packet.streamIndex = 0;
    // The last frame stays as long as the one before it did.
    if (lastStep) packet.duration = BigInt(lastStep);
    packet.rescaleTs(codec.timeBase, stream.timeBase);
    checkCode(ffmpeg, await format.interleavedWriteFrame(packet), `to write a frame to ${path}`);
    packet.unref();
  }
}

/** An FFmpeg frame of the encoder's size; the caller frees it. */
function makeFrame({ ffmpeg, codec }: Encoder, format: number, space: number, range: number): AvFrame {
  const frame = new ffmpeg.Frame();
  frame.alloc();
  frame.format = format;
  frame.width = codec.width;
  frame.height = codec.height;
  frame.colorSpace = space;
  frame.colorRange = range;
  return frame;
}

const secondsOf = ({ codec: { timeBase } }: Encoder, pts: number): number =>
  (pts * timeBase.num) / timeBase.den;

/** Converts an image (BT.709, limited range) and hands it to the encoder, to be shown at `pts` in its time base. */
async function encodeImage(encoder: Encoder, image: Image, index: number, pts: number): Promise<void> {
  const { ffmpeg, path, codec, scaler } = encoder;
  const rgb = makeFrame(encoder, ffmpeg.avGetPixFmtFromName('rgb24'), AV.SPACE_RGB, AV.RANGE_FULL);
  const yuv = makeFrame(encoder, codec.pixelFormat, AV.BT709, AV.RANGE_LIMITED);
  try {
    checkCode(ffmpeg, rgb.getBuffer(1), 'memory for a frame');
    checkCode(ffmpeg, rgb.fromBuffer(padToEven(image)), 'a frame');
    checkCode(ffmpeg, yuv.getBuffer(0), 'memory for a frame');
    checkCode(ffmpeg, await scaler.scaleFrame(yuv, rgb), `a frame for ${path} that converts to YUV`);
    yuv.pts = BigInt(pts);
    checkCode(ffmpeg, await codec.sendFrame(yuv), `the encoder to take frame ${index} of ${path}`);
    await drain(encoder);
    await encoder.sound?.copyUntil(secondsOf(encoder, pts));
  } finally {
    rgb.free();
    yuv.free();
  }
}

/** A video file; see `createFrameSink`. */
export async function createVideoSink(
  path: string,
  options: FrameSinkOptions,
  container: VideoContainer = VIDEO_CONTAINERS[extname(path).toLowerCase()],
): Promise<FrameSink> {
  await checkWritable(path, options);
  const temporary = await temporaryName(path);
  let encoder: Encoder;
  try {
    encoder = await openEncoder(path, temporary, container, options);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const enqueue = makeQueue();
  let open = true;
  let count = 0;
  let last = -1;

  /** Frame after frame in the encoder's time base; without a time of its own a frame follows evenly. */
  function nextTime(time: number | undefined): number {
    if (!options.variableRate) return count;
    const even = last < 0 ? 0 : last + Math.max(1, Math.round(TICKS / options.frameRate));
    const at = time === undefined ? even : Math.max(last + 1, Math.round(time * TICKS));
    encoder.lastStep = last < 0 ? at : at - last;
    last = at;
    return at;
  }

  async function discard(): Promise<void> {
    if (!open) return;
    open = false;
    await encoder.free();
    await rm(temporary, { force: true });
  }

  async function finish(): Promise<void> {
    if (!open) return;
    try {
      if (count === 0) throw new FileError(`Expected at least one frame for ${path} but received none`);
      await encoder.codec.sendFrame(null);
      await drain(encoder);
      const end = options.variableRate ? last + encoder.lastStep : count;
      await encoder.sound?.copyUntil(secondsOf(encoder, end));
      checkCode(encoder.ffmpeg, await encoder.format.writeTrailer(), `to complete ${path}`);
    } catch (error) {
      await discard();
      throw error;
    }
    open = false;
    await encoder.free();
    await publish(temporary, path, options);
  }

  return {
    existing: new Set(),
    write: (image, _name, time) =>
      enqueue(async () => {
        if (!open) throw new FileError(`Expected ${path} to be open but it was closed`);
        checkFrame(image, options);
        await encodeImage(encoder, image, count, nextTime(time));
        count++;
      }),
    close: () => enqueue(finish),
    abort: () => enqueue(discard),
  };
}
