import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { FileError } from '../../core/index.ts';

/**
 * The door to FFmpeg, as node-av's native binding embeds it: one optional package a platform, loaded at the first
 * video and never before. The packages of the platforms are used directly, without node-av itself, because its
 * installation fetches a second FFmpeg from GitHub that nothing here needs. Names follow FFmpeg's C interface;
 * below is the part of it in use.
 *
 * The packages say MIT, which is true of the binding; the FFmpeg inside (8.1) is configured with --enable-gpl and
 * --enable-version3, so whoever passes one on does so under the GPL 3. The Windows build for ordinary Node adds
 * --enable-nonfree, which nobody may pass on: it is no dependency of this package, users install it themselves.
 */

/** The release whose binding the declarations below describe. */
export const BINDING_VERSION = '6.1.1';

/** `num / den`, as FFmpeg counts time and frame rates. */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

export interface AvDictionary {
  alloc(): void;
  set(key: string, value: string, flags: number): number;
  free(): void;
}

export interface AvPacket {
  streamIndex: number;
  pts: bigint;
  dts: bigint;
  duration: bigint;
  readonly flags: number;
  /** Where it begins in the file, in bytes; -1 where that is not known. */
  readonly pos: bigint;
  /** In bytes. */
  readonly size: number;
  alloc(): void;
  free(): void;
  unref(): void;
  rescaleTs(from: Rational, to: Rational): void;
}

export interface AvFrame {
  format: number;
  width: number;
  height: number;
  pts: bigint;
  colorRange: number;
  colorSpace: number;
  flags: number;
  readonly bestEffortTimestamp: bigint;
  /** Not 0 where the frame was decoded with errors, which were concealed. */
  readonly decodeErrorFlags: number;
  alloc(): void;
  free(): void;
  unref(): void;
  getBuffer(align: number): number;
  fromBuffer(buffer: Buffer): number;
  toBuffer(): Buffer;
}

export interface AvCodec {
  readonly name: string | null;
}

export interface AvCodecParameters {
  readonly codecType: number;
  readonly codecId: number;
  codecTag: number | string;
  readonly format: number;
  readonly colorTrc: number;
  readonly width: number;
  readonly height: number;
  fromContext(context: AvCodecContext): number;
  copy(to: AvCodecParameters): number;
  getCodedSideData(type: number): Buffer | null;
}

export interface AvCodecContext {
  width: number;
  height: number;
  pixelFormat: number;
  timeBase: Rational;
  framerate: Rational;
  flags: number;
  threadCount: number;
  colorRange: number;
  colorPrimaries: number;
  colorTrc: number;
  colorSpace: number;
  allocContext3(codec: AvCodec): void;
  freeContext(): void;
  open2(codec: AvCodec, options: AvDictionary | null): Promise<number>;
  parametersToContext(parameters: AvCodecParameters): number;
  sendPacket(packet: AvPacket | null): Promise<number>;
  receiveFrame(frame: AvFrame): Promise<number>;
  sendFrame(frame: AvFrame | null): Promise<number>;
  receivePacket(packet: AvPacket): Promise<number>;
}

export interface AvStream {
  /** When its first frame is shown, in its time base; the mark of an unknown time where that is not known. */
  readonly startTime: bigint;
  readonly codecpar: AvCodecParameters;
  readonly nbFrames: bigint;
  readonly rFrameRate: Rational;
  avgFrameRate: Rational;
  timeBase: Rational;
}

export interface AvFormatContext {
  /** In millionths of a second; negative where the file does not tell. */
  readonly duration: bigint;
  readonly iformat: { readonly name: string | null } | null;
  readonly oformat: { readonly flags: number } | null;
  readonly streams: readonly AvStream[] | null;
  openInput(url: string, format: null, options: AvDictionary | null): Promise<number>;
  findStreamInfo(options: null): Promise<number>;
  findBestStream(
    type: number,
    wanted: number,
    related: number,
    wantDecoder: true,
    flags: number,
  ): number | { readonly streamIndex: number; readonly decoder: AvCodec | null };
  readFrame(packet: AvPacket): Promise<number>;
  closeInput(): Promise<void>;
  allocOutputContext2(format: null, name: string, url: string): number;
  newStream(codec: AvCodec | null): AvStream;
  openOutput(): Promise<number>;
  writeHeader(options: AvDictionary | null): Promise<number>;
  interleavedWriteFrame(packet: AvPacket | null): Promise<number>;
  writeTrailer(): Promise<number>;
  closeOutput(): Promise<void>;
  freeContext(): void;
}

export interface AvScaleContext {
  allocContext(): void;
  scaleFrame(target: AvFrame, source: AvFrame): Promise<number>;
  freeContext(): void;
}

/** The binding: FFmpeg's structures as classes. */
export interface Ffmpeg {
  readonly Dictionary: new () => AvDictionary;
  readonly Packet: new () => AvPacket;
  readonly Frame: new () => AvFrame;
  readonly CodecContext: new () => AvCodecContext;
  readonly FormatContext: new () => AvFormatContext;
  readonly SoftwareScaleContext: new () => AvScaleContext;
  readonly Codec: { findEncoderByName(name: string): AvCodec | null };
  readonly Option: { set(object: unknown, name: string, value: string, flags: number): number };
  readonly FFmpegError: { strerror(code: number): string };
  readonly Log: { setLevel(level: number): void };
  avGetPixFmtFromName(name: string): number;
  avGetPixFmtName(format: number): string | null;
  avGetCodecName(id: number): string | null;
  getFFmpegInfo(): { readonly version: string; readonly configuration: string };
}

/** Numbers of FFmpeg's C interface, which are the same in every build of a major version, system errors apart. */
export const AV = {
  MEDIA_TYPE_VIDEO: 0,
  MEDIA_TYPE_AUDIO: 1,
  ERROR_EOF: -541478725,
  /** More packets are wanted before the next frame. */
  ERROR_AGAIN: -constants.errno.EAGAIN,
  LOG_QUIET: -8,
  PACKET_CORRUPT: 2,
  FRAME_INTERLACED: 8,
  SIDE_DATA_DISPLAY_MATRIX: 5,
  FORMAT_WANTS_GLOBAL_HEADER: 0x40,
  CODEC_GLOBAL_HEADER: 0x400000,
  RANGE_LIMITED: 1,
  RANGE_FULL: 2,
  SPACE_RGB: 0,
  /** BT.709, the one number for primaries, transfer and matrix. */
  BT709: 1,
  /** The mark of an unknown time. */
  NO_TIME: -(2n ** 63n),
} as const;

let loaded: Ffmpeg | undefined;

/** The name of the package with the binding for this machine. */
function packageName(): string {
  const { platform, arch } = process;
  return `@seydx/node-av-${platform}-${arch}${platform === 'win32' ? '-msvc' : ''}`;
}

/**
 * FFmpeg, silent. Loads the binding at the first call.
 *
 * @param purpose What the caller is about to do, for the error message, such as `to read clip.mp4`.
 * @throws FileError where the optional package for this platform is not installed or does not load.
 */
export function loadFfmpeg(purpose: string): Ffmpeg {
  if (loaded) return loaded;
  const name = packageName();
  try {
    const ffmpeg = createRequire(import.meta.url)(`${name}/node-av.node`) as Ffmpeg;
    ffmpeg.Log.setLevel(AV.LOG_QUIET);
    return (loaded = ffmpeg);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const reason = missing ? 'it is not installed' : (cause as Error).message.split('\n')[0];
    throw new FileError(
      `Expected the optional package ${name} ${purpose} but ${reason}: ` +
        `npm install ${name}@${BINDING_VERSION}, or use a folder of images or a GIF`,
      { cause },
    );
  }
}

/** Throws a {@link FileError} with FFmpeg's own words where `code` is an error; gives `code` back otherwise. */
export function checkCode(ffmpeg: Ffmpeg, code: number, expectation: string): number {
  if (code < 0)
    throw new FileError(`Expected ${expectation} but FFmpeg says: ${ffmpeg.FFmpegError.strerror(code)}`);
  return code;
}

/** An FFmpeg dictionary of `entries`; the caller frees it. */
export function makeDictionary(ffmpeg: Ffmpeg, entries: Readonly<Record<string, string>>): AvDictionary {
  const dictionary = new ffmpeg.Dictionary();
  dictionary.alloc();
  for (const [key, value] of Object.entries(entries)) dictionary.set(key, value, 0);
  return dictionary;
}

/** A scaler and colour converter that takes sizes, formats and colour spaces from its frames; the caller frees it. */
export function makeScaler(ffmpeg: Ffmpeg): AvScaleContext {
  const scaler = new ffmpeg.SoftwareScaleContext();
  scaler.allocContext();
  ffmpeg.Option.set(scaler, 'sws_flags', 'bicubic+accurate_rnd+full_chroma_int', 0);
  return scaler;
}
