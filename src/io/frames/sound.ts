import { FileError } from '../../core/index.ts';
import { openRegular } from '../disk/index.ts';
import type { AvFormatContext, AvPacket, AvStream, Ffmpeg } from './ffmpeg.ts';
import { AV, checkCode } from './ffmpeg.ts';
import { openContainer } from './open-container.ts';

/** The sound of a video on its way into another, packet by packet as it is. */
export interface SoundCopy {
  /** Names of the codecs, one for each track of sound; empty where the video has none. */
  readonly codecs: readonly string[];
  /** Copies what sounds before a time, in seconds from the first frame of the video. */
  copyUntil(time: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the sound of the video at `path`, and adds its tracks to an output whose header is not written yet. */
export async function openSound(ffmpeg: Ffmpeg, path: string, output: AvFormatContext): Promise<SoundCopy> {
  const file = await openRegular(path, 'a video');
  let input: AvFormatContext | undefined;
  const packet = new ffmpeg.Packet();
  packet.alloc();
  const close = async (): Promise<void> => {
    packet.free();
    await input?.closeInput();
    await file.close();
  };
  try {
    input = await openContainer(ffmpeg, file, path);
    checkCode(ffmpeg, await input.findStreamInfo(null), `a video at ${path}`);
    const tracks = addTracks(ffmpeg, input, output, path);
    const codecs = [...tracks.values()].map(
      ({ from }) => ffmpeg.avGetCodecName(from.codecpar.codecId) ?? '?',
    );
    const packets = readPackets(input, packet, tracks, startOf(input));
    return { codecs, copyUntil: copier(ffmpeg, packets, output, path), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A track of the input and the one that it becomes. */
interface Track {
  readonly from: AvStream;
  readonly to: AvStream;
  /** Position in the output. */
  readonly index: number;
}

/** The tracks by their position in the input. */
function addTracks(
  ffmpeg: Ffmpeg,
  input: AvFormatContext,
  output: AvFormatContext,
  path: string,
): ReadonlyMap<number, Track> {
  const tracks = new Map<number, Track>();
  (input.streams ?? []).forEach((from, i) => {
    if (from.codecpar.codecType !== AV.MEDIA_TYPE_AUDIO) return;
    const index = output.streams!.length;
    const to = output.newStream(null);
    checkCode(ffmpeg, from.codecpar.copy(to.codecpar), `the sound of ${path}`);
    // Containers have marks of their own for a codec.
    to.codecpar.codecTag = 0;
    to.timeBase = from.timeBase;
    tracks.set(i, { from, to, index });
  });
  return tracks;
}

/** When the first frame is shown, in seconds of the file. */
function startOf(input: AvFormatContext): number {
  const best = input.findBestStream(AV.MEDIA_TYPE_VIDEO, -1, -1, true, 0);
  if (typeof best === 'number') return 0;
  const { startTime, timeBase } = input.streams![best.streamIndex];
  return startTime > AV.NO_TIME ? (Number(startTime) * timeBase.num) / timeBase.den : 0;
}

/** A packet that was read; it is the same one until the next is asked for. */
interface ReadPacket {
  readonly packet: AvPacket;
  /** When it sounds, in seconds from the first frame. */
  readonly time: number;
  readonly track: Track;
}

async function* readPackets(
  input: AvFormatContext,
  packet: AvPacket,
  tracks: ReadonlyMap<number, Track>,
  start: number,
): AsyncGenerator<ReadPacket, void> {
  if (!tracks.size) return;
  while ((await input.readFrame(packet)) >= 0) {
    const track = tracks.get(packet.streamIndex);
    if (track && packet.pts > AV.NO_TIME) {
      const { num, den } = track.from.timeBase;
      const shift = BigInt(Math.round((start * den) / num));
      packet.pts -= shift;
      packet.dts = packet.dts > AV.NO_TIME ? packet.dts - shift : packet.pts;
      // What ends before the first frame is not heard.
      if (packet.pts + packet.duration > 0n) yield { packet, time: (Number(packet.pts) * num) / den, track };
    }
    packet.unref();
  }
}

function copier(
  ffmpeg: Ffmpeg,
  packets: AsyncGenerator<ReadPacket, void>,
  output: AvFormatContext,
  path: string,
): (time: number) => Promise<void> {
  let waiting: ReadPacket | undefined;
  let ended = false;
  return async (time) => {
    while (!ended) {
      if (!waiting) {
        const next = await packets.next();
        ended = next.done === true;
        if (next.done) return;
        waiting = next.value;
      }
      if (waiting.time >= time) return;
      const { packet, track } = waiting;
      packet.streamIndex = track.index;
      packet.rescaleTs(track.from.timeBase, track.to.timeBase);
      checkCode(ffmpeg, await output.interleavedWriteFrame(packet), `the sound of ${path} to be written`);
      waiting = undefined;
    }
  };
}

/** What to do where a container refuses the sound. */
export const refusedSound = (path: string, from: string, { codecs }: SoundCopy): FileError =>
  new FileError(
    `Expected sound that ${path} can hold but that of ${from} is ${codecs.join(', ')}: ` +
      'write .mkv, or leave the sound out',
  );
