import { availableParallelism } from 'node:os';
import { FileError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import type { AvCodecContext, AvFormatContext, AvFrame, AvScaleContext, AvStream, Ffmpeg } from './ffmpeg.ts';
import { AV, checkCode, loadFfmpeg, makeScaler } from './ffmpeg.ts';
import { openContainer } from './open-container.ts';
import type { CheckedFramesOptions, Frame, FrameSource } from './types.ts';
import { checkClaimedSize, fitWithin, fitImage, rotateImage } from '../image/index.ts';
import { deinterlace } from './deinterlace.ts';
import { matroskaLength } from './matroska.ts';
import { openRegular } from '../disk/index.ts';
import type { OpenFile } from '../disk/index.ts';

/** Taken where a container says nothing of its frame rate. */
const DEFAULT_FRAME_RATE = 25;
/** More decoding threads than this only hold more frames in memory. */
const MAX_THREADS = 4;

interface Decoder {
  readonly ffmpeg: Ffmpeg;
  readonly path: string;
  /** Of the file, in bytes. */
  readonly size: number;
  /** The file is known to be incomplete. */
  readonly cutShort: boolean;
  readonly format: AvFormatContext;
  readonly stream: AvStream;
  readonly streamIndex: number;
  readonly codec: AvCodecContext;
  close(): Promise<void>;
}

/** What a decoder has met so far. */
interface Progress {
  packets: number;
  frames: number;
  /** Packets that the container marks as incomplete. */
  corruptPackets: number;
  /** Frames that were decoded with errors. */
  damagedFrames: number;
  /** Times that the decoder gave up on what it was given. */
  refusals: number;
  lastPacketCorrupt: boolean;
  /** Where the last packet ends in the file; 0 where that is not known. */
  lastByte: number;
}

/** Whether the file ends before the length that its header gives. */
async function isCutShort(file: OpenFile, size: number): Promise<boolean> {
  const buffer = new Uint8Array(4096);
  const { bytesRead } = await file.read(buffer, 0, 4096, 0);
  return size < (matroskaLength(buffer.subarray(0, bytesRead)) ?? 0);
}

async function openDecoder(path: string): Promise<Decoder> {
  const ffmpeg = loadFfmpeg(`to read ${path}`);
  const file = await openRegular(path, 'a video');
  try {
    const { size } = await file.stat();
    const cutShort = await isCutShort(file, size);
    const decoder = await openStream(ffmpeg, await openContainer(ffmpeg, file, path), path);
    const close = (): Promise<void> => decoder.close().finally(() => file.close());
    return { ...decoder, size, cutShort, close };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A decoder for the video stream that is the best; takes the container over. */
async function openStream(
  ffmpeg: Ffmpeg,
  format: AvFormatContext,
  path: string,
): Promise<Omit<Decoder, 'size' | 'cutShort'>> {
  const codec = new ffmpeg.CodecContext();
  const close = async (): Promise<void> => {
    codec.freeContext();
    await format.closeInput();
  };
  try {
    checkCode(ffmpeg, await format.findStreamInfo(null), `a video at ${path}`);
    const best = format.findBestStream(AV.MEDIA_TYPE_VIDEO, -1, -1, true, 0);
    if (typeof best === 'number' || !best.decoder)
      throw new FileError(
        `Expected a video stream that can be decoded in ${path} but there is none among its ` +
          `${format.streams?.length ?? 0} streams`,
      );
    const stream = format.streams![best.streamIndex];
    codec.allocContext3(best.decoder);
    codec.parametersToContext(stream.codecpar);
    codec.threadCount = Math.min(MAX_THREADS, availableParallelism());
    checkCode(ffmpeg, await codec.open2(best.decoder, null), `a decoder for ${path}`);
    return { ffmpeg, path, format, stream, streamIndex: best.streamIndex, codec, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Quarter turns clockwise that make the image upright, from the display matrix that telephones write. */
function quarterTurns(stream: AvStream): number {
  const matrix = stream.codecpar.getCodedSideData(AV.SIDE_DATA_DISPLAY_MATRIX);
  if (!matrix || matrix.length < 36) return 0;
  const angle = Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0));
  return (Math.round(angle / (Math.PI / 2)) + 4) % 4;
}

/** Frames that the decoder has ready, each in `frame` until the next is asked for. */
async function* receiveFrames(
  { codec }: Decoder,
  frame: AvFrame,
  progress: Progress,
): AsyncGenerator<AvFrame> {
  let code: number;
  while ((code = await codec.receiveFrame(frame)) >= 0) {
    progress.frames++;
    if (frame.decodeErrorFlags) progress.damagedFrames++;
    yield frame;
    frame.unref();
  }
  if (code !== AV.ERROR_AGAIN && code !== AV.ERROR_EOF) progress.refusals++;
}

/**
 * Frames in order of display. What cannot be decoded in between is left out, as players do, and told at the end.
 */
async function* decodeFrames(
  decoder: Decoder,
  onWarning?: (message: string) => void,
): AsyncGenerator<AvFrame> {
  const { ffmpeg, format, codec, streamIndex } = decoder;
  const progress: Progress = {
    ...{ packets: 0, frames: 0, corruptPackets: 0, damagedFrames: 0, refusals: 0 },
    ...{ lastPacketCorrupt: false, lastByte: 0 },
  };
  const packet = new ffmpeg.Packet();
  const frame = new ffmpeg.Frame();
  packet.alloc();
  frame.alloc();
  try {
    let code: number;
    while ((code = await format.readFrame(packet)) >= 0) {
      if (packet.streamIndex === streamIndex) {
        progress.packets++;
        progress.lastPacketCorrupt = (packet.flags & AV.PACKET_CORRUPT) !== 0;
        if (progress.lastPacketCorrupt) progress.corruptPackets++;
        progress.lastByte = Math.max(0, Number(packet.pos) + packet.size);
        if ((await codec.sendPacket(packet)) < 0) progress.refusals++;
        yield* receiveFrames(decoder, frame, progress);
      }
      packet.unref();
    }
    await codec.sendPacket(null);
    yield* receiveFrames(decoder, frame, progress);
    checkEnd(decoder, progress, code);
    const lost = lostOf(progress);
    if (lost)
      onWarning?.(
        `${decoder.path} has lost data: ${lost} of ${progress.packets} frames are damaged or missing`,
      );
  } finally {
    frame.free();
    packet.free();
  }
}

/** How many frames suffered; a packet that is incomplete makes one of them. */
const lostOf = ({ packets, corruptPackets, damagedFrames, refusals }: Progress): number =>
  Math.min(packets, Math.max(corruptPackets, damagedFrames) + refusals);

/** Throws where the file ended before its time. */
function checkEnd(
  { ffmpeg, path, size, cutShort, format, stream }: Decoder,
  progress: Progress,
  code: number,
): void {
  const { packets, frames, lastPacketCorrupt, lastByte } = progress;
  if (code !== AV.ERROR_EOF)
    throw new FileError(
      `Expected ${path} to go on after ${frames} frames but FFmpeg says: ${ffmpeg.FFmpegError.strerror(code)}`,
    );
  if (frames === 0) throw new FileError(`Expected at least one frame in ${path} but none could be decoded`);
  // MP4 and its kin list every packet; the counts of other containers are estimates or wishes.
  const listed = format.iformat?.name?.startsWith('mov') ? Number(stream.nbFrames) : 0;
  // Uncompressed frames of .y4m are the whole file; FFmpeg passes over one that is cut.
  const leftOver = format.iformat?.name === 'yuv4mpegpipe' && lastByte < size;
  if (cutShort || lastPacketCorrupt || leftOver || packets < listed)
    throw new FileError(
      `Expected ${listed || 'more'} frames in ${path} but it ends after ${packets}: the file is cut short`,
    );
}

/** The frame as 8-bit RGB of the size given. */
async function toImage(
  { ffmpeg, path }: Pick<Decoder, 'ffmpeg' | 'path'>,
  scaler: AvScaleContext,
  frame: AvFrame,
  width: number,
  height: number,
): Promise<Image> {
  const target = new ffmpeg.Frame();
  target.alloc();
  try {
    target.format = ffmpeg.avGetPixFmtFromName('rgb24');
    target.width = width;
    target.height = height;
    checkCode(ffmpeg, target.getBuffer(1), 'memory for a frame');
    const interlaced = (frame.flags & AV.FRAME_INTERLACED) !== 0;
    // The scaler would take the two fields of a frame apart, which it cannot do for every format.
    frame.flags &= ~AV.FRAME_INTERLACED;
    // Rows of both fields must not be mixed before they are told apart.
    const whole = interlaced && (width !== frame.width || height !== frame.height);
    if (whole) {
      const full = await toImage({ ffmpeg, path }, scaler, frame, frame.width, frame.height);
      return await fitImage(deinterlace(full), Math.max(width, height));
    }
    checkCode(ffmpeg, await scaler.scaleFrame(target, frame), `a frame of ${path} that converts to RGB`);
    const image = { width, height, data: new Uint8Array(target.toBuffer()) };
    return interlaced ? deinterlace(image) : image;
  } finally {
    target.free();
  }
}

function frameRateOf({ avgFrameRate, rFrameRate }: AvStream): number {
  const { num, den } = avgFrameRate.num > 0 ? avgFrameRate : rFrameRate;
  return num > 0 && den > 0 ? num / den : DEFAULT_FRAME_RATE;
}

/**
 * How many frames, of which every `every`-th is taken, the file claims: by its own count, or, in the containers
 * without one (Matroska, WebM), by its length; null where there is neither, or so few that only decoding tells.
 */
function claimedFrames({ format, stream }: Decoder, every: number): number | null {
  if (stream.nbFrames > 0n) return Math.ceil(Number(stream.nbFrames) / every);
  const frames = Math.round((Number(format.duration) / 1e6) * frameRateOf(stream));
  return frames > 2 * every ? Math.ceil(frames / every) : null;
}

/** How far the mean frame rate may lie from the base rate of even frames. */
const EVEN = 0.01;

/** Whether the frames come at uneven times: fewer a second than the finest time between two would give. */
function hasVariableRate({ avgFrameRate, rFrameRate }: AvStream): boolean {
  const [mean, base] = [avgFrameRate, rFrameRate].map(({ num, den }) => (den > 0 ? num / den : 0));
  return mean > 0 && base > 0 && Math.abs(base / mean - 1) > EVEN;
}

/** When a frame is shown, in seconds of its stream; undefined where that is not known. */
function timeOf({ bestEffortTimestamp, pts }: AvFrame, { timeBase }: AvStream): number | undefined {
  const at = bestEffortTimestamp ?? pts;
  return at > AV.NO_TIME ? (Number(at) * timeBase.num) / timeBase.den : undefined;
}

/** FFmpeg's numbers of the transfer functions of HDR. */
const HDR: Readonly<Record<number, string>> = { 16: 'PQ', 18: 'HLG' };

/** What frames of 8-bit sRGB lose of a video, in one sentence; undefined where that is nothing. */
function lossOf({ ffmpeg, path, stream }: Decoder): string | undefined {
  const { format, colorTrc } = stream.codecpar;
  const bits = /p[0-9]*?(9|10|12|14|16)(le|be)$/.exec(ffmpeg.avGetPixFmtName(format) ?? '')?.[1];
  const depth = bits && `${bits} bits a colour`;
  const curve = HDR[colorTrc] && `HDR (${HDR[colorTrc]})`;
  if (!depth && !curve) return undefined;
  const cure = curve ? ', not tone-mapped, so that they look pale' : '';
  return `${path} has ${[depth, curve].filter(Boolean).join(' and ')}: its frames are read as 8 bits${cure}`;
}

/** Frames of a video file, decoded by FFmpeg; see `FrameSource`. */
export async function openVideo(
  path: string,
  { every, maxSize, maxPixels, onWarning }: CheckedFramesOptions,
): Promise<FrameSource> {
  const probe = await openDecoder(path);
  const { width, height } = probe.stream.codecpar;
  const turns = quarterTurns(probe.stream);
  const frameRate = frameRateOf(probe.stream) / every;
  const frameCount = claimedFrames(probe, every);
  const variableRate = hasVariableRate(probe.stream);
  const loss = lossOf(probe);
  await probe.close();
  if (!(width > 0 && height > 0))
    throw new FileError(`Expected a video of at least 1 x 1 pixels at ${path} but it has no size`);
  checkClaimedSize(`at ${path}`, width, height, maxPixels);
  if (loss) onWarning?.(loss);
  const stored = fitWithin(width, height, maxSize);
  let disposed = false;

  function checkSize(frame: AvFrame, index: number): void {
    if (frame.width !== width || frame.height !== height)
      throw new FileError(
        `Expected frames of one size but the first of ${path} is ${width} x ${height} and frame ${index} is ` +
          `${frame.width} x ${frame.height}`,
      );
  }

  async function* frames(): AsyncGenerator<Frame> {
    const decoder = await openDecoder(path);
    const scaler = makeScaler(decoder.ffmpeg);
    let index = 0;
    let start: number | undefined;
    try {
      for await (const frame of decodeFrames(decoder, onWarning)) {
        if (disposed) return;
        checkSize(frame, index);
        const shown = timeOf(frame, decoder.stream);
        start ??= shown;
        if (index % every === 0) {
          const image = await toImage(decoder, scaler, frame, stored.width, stored.height);
          const time = shown === undefined ? undefined : shown - start!;
          yield { index, name: String(index).padStart(6, '0'), image: rotateImage(image, turns), time };
        }
        index++;
      }
    } finally {
      scaler.freeContext();
      await decoder.close();
    }
  }

  const upright = turns % 2 === 0 ? stored : { width: stored.height, height: stored.width };
  return {
    kind: 'video',
    ...upright,
    frameRate,
    variableRate,
    frameCount,
    frames,
    dispose() {
      disposed = true;
    },
  };
}
