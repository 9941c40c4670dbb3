import { extname } from 'node:path';
import type { Image } from '../../core/index.ts';
import { createFrameSink, openFrames } from '../../io/index.ts';
import type { FrameSink, FrameSource } from '../../io/index.ts';
import { guardInterrupts } from './interrupt.ts';
import type { InterruptGuard } from './interrupt.ts';
import { checkApart, checkOutputs } from './output-path.ts';
import { startProgress } from './progress.ts';
import { createWarnings } from './warnings.ts';

/** A frame of a result. */
export interface WrittenFrame {
  readonly image: Image;
  /** File name in a folder, without extension; defaults to the running number. */
  readonly name?: string;
  /** When it is shown, in seconds; heeded where the plan has `variableRate`. */
  readonly time?: number;
  /** Whether another scene begins here. */
  readonly cut?: boolean;
}

/** What a command makes of the frames of a video. */
export interface VideoPlan {
  /** Begun after the output is open; its `finally` is run whatever happens. */
  readonly frames: AsyncIterable<WrittenFrame>;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly variableRate?: boolean;
  /** Copy the sound of a video into one. */
  readonly sound: boolean;
  /** How many frames will come; null where that is not known. */
  readonly total: number | null;
}

/** What was written. */
export interface WrittenVideo {
  readonly frames: number;
  readonly seconds: number;
  /** Frames of the result in which another scene begins. */
  readonly cuts: readonly number[];
}

/** Where a result goes. */
export interface VideoTarget {
  readonly output: string;
  readonly force?: boolean;
  /** Input files besides the video, which must not be replaced. */
  readonly inputs?: readonly string[];
  /** Of the progress bar. */
  readonly label: string;
}

/**
 * Makes a video, GIF or folder of another: whole, or nothing of it where that fails or is stopped.
 *
 * @param plan is given the frames, and what throws once the user has asked to stop
 */
export async function writeVideo(
  input: string,
  { output, force, inputs = [], label }: VideoTarget,
  plan: (source: FrameSource, check: () => void) => VideoPlan | Promise<VideoPlan>,
): Promise<WrittenVideo> {
  // What has no extension is a folder of images.
  if (extname(output)) await checkOutputs([output], force ?? false);
  await checkApart([output], [input, ...inputs]);
  const guard = guardInterrupts();
  const warnings = createWarnings();
  try {
    const source = await openFrames(input, { onWarning: warnings.tell });
    try {
      const { frames, total, sound, ...size } = await plan(source, () => guard.check());
      const copied = sound && source.kind === 'video' && isVideo(output) ? input : undefined;
      const sink = await createFrameSink(output, { ...size, sound: copied, overwrite: force });
      return await writeAll(frames, sink, guard, label, total);
    } finally {
      source.dispose();
    }
  } finally {
    guard.dispose();
  }
}

/** Whether a file can hold sound. */
const isVideo = (path: string): boolean => !['', '.gif'].includes(extname(path).toLowerCase());

async function writeAll(
  frames: AsyncIterable<WrittenFrame>,
  sink: FrameSink,
  guard: InterruptGuard,
  label: string,
  total: number | null,
): Promise<WrittenVideo> {
  const start = performance.now();
  let progress: ReturnType<typeof startProgress> | undefined;
  const cuts: number[] = [];
  let count = 0;
  try {
    for await (const { image, name, time, cut } of frames) {
      guard.check();
      await sink.write(image, name, time);
      if (cut) cuts.push(count);
      count++;
      // Not before the first frame, which may have a progress of its own.
      progress ??= startProgress(label, total);
      progress.step();
    }
    guard.check();
    await sink.close();
    return { frames: count, seconds: (performance.now() - start) / 1000, cuts };
  } catch (error) {
    await sink.abort();
    throw error;
  } finally {
    progress?.stop();
  }
}

/** Says on stderr what was written. */
export function tellWritten(output: string, { frames, seconds, cuts }: WrittenVideo, told = ''): void {
  const where = cuts.length ? `, cuts at frames ${cuts.join(', ')}` : '';
  const speed = `${(frames / seconds).toFixed(1)} frames a second`;
  process.stderr.write(`${output}: ${frames} frames${told}, ${speed}${where}\n`);
}
