import { extname } from 'node:path';
import { FileError, WhitherError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { drawBox, drawTracks } from '../../draw/index.ts';
import { loadFlowModel } from '../../flow/network/index.ts';
import type { FlowModel } from '../../flow/network/index.ts';
import { atomicWrite, createFrameSink, openFrames } from '../../io/index.ts';
import type { FrameSink, FrameSource } from '../../io/index.ts';
import { collectTracks, gridPoints, trackBox } from '../../track/index.ts';
import type { Box, QueryPoint, Track, TrackedFrame } from '../../track/index.ts';
import { checkApart, checkExtension, checkOutputs, createWarnings } from '../shared/index.ts';
import { guardInterrupts, startProgress } from '../shared/index.ts';
import type { InterruptGuard } from '../shared/index.ts';
import { readPoints } from './points-file.ts';
import type { TrackCommandOptions } from './track-options.ts';

/** What a run makes of a video, whether it follows points or a box. */
interface Result {
  /** What is written as JSON. */
  readonly json: unknown;
  readonly cuts: readonly number[];
  /** For the line at the end. */
  readonly told: string;
  readonly frames: number;
  draw(image: Image, index: number): Image;
}

/** `whither track VIDEO|FOLDER`: tracks as JSON, and drawn where that is asked for. */
export async function trackCommand(input: string, options: TrackCommandOptions): Promise<void> {
  await checkPaths(input, options);
  const given = options.points === undefined ? undefined : await readPoints(options.points);
  const guard = guardInterrupts();
  const warnings = createWarnings();
  try {
    const source = await openFrames(input, { onWarning: warnings.tell });
    try {
      await runOn(source, given, options, guard);
    } finally {
      source.dispose();
    }
  } finally {
    guard.dispose();
  }
}

/** What is in the way of the drawn frames is told before any work is done. */
async function runOn(
  source: FrameSource,
  given: readonly QueryPoint[] | undefined,
  options: TrackCommandOptions,
  guard: InterruptGuard,
): Promise<void> {
  const { width, height, frameRate, variableRate } = source;
  const how = { width, height, frameRate, variableRate, overwrite: options.force };
  const sink = options.draw === undefined ? undefined : await createFrameSink(options.draw, how);
  try {
    const start = performance.now();
    const result = await follow(source, given, options, guard);
    const seconds = (performance.now() - start) / 1000;
    if (sink) await draw(source, result, sink, guard);
    await write(result, options);
    report(result, seconds, options);
  } catch (error) {
    await sink?.abort();
    throw error;
  }
}

async function checkPaths(
  input: string,
  { points, grid, box, output, draw, force }: TrackCommandOptions,
): Promise<void> {
  if ([points, grid, box].filter((value) => value !== undefined).length !== 1)
    throw new WhitherError(
      'Expected one of --points with a file, --grid with a number of columns and --box with x,y,width,height',
    );
  if (output !== undefined) checkExtension(output, ['.json'], '-o');
  const outputs = [output, draw].filter((path) => path !== undefined);
  // What has no extension is a folder of images.
  await checkOutputs(
    outputs.filter((path) => extname(path)),
    force ?? false,
  );
  await checkApart(outputs, points === undefined ? [input] : [input, points]);
}

/** Loads the model, and follows what the options say. */
async function follow(
  source: FrameSource,
  given: readonly QueryPoint[] | undefined,
  options: TrackCommandOptions,
  guard: InterruptGuard,
): Promise<Result> {
  const model = await loadFlowModel(options.model);
  const progress = startProgress('tracks', source.frameCount);
  const step = (): void => {
    guard.check();
    progress.step();
  };
  try {
    if (options.box) return await followBox(model, source, options.box, options, step);
    const points = given ?? gridPoints(source, options.grid!);
    return await followPoints(model, source, points, options, guard, step);
  } catch (error) {
    // A point of the user's that lies outside is theirs to mend.
    if (error instanceof RangeError) throw new FileError(error.message);
    throw error;
  } finally {
    progress.stop();
    await model.dispose();
  }
}

async function followPoints(
  model: FlowModel,
  source: FrameSource,
  points: readonly QueryPoint[],
  { preset, backwards }: TrackCommandOptions,
  guard: InterruptGuard,
  step: () => void,
): Promise<Result> {
  const onFrame = (_: TrackedFrame, back: boolean): void => (back ? guard.check() : step());
  const { frames, tracks, cuts } = await collectTracks(model, source, points, { preset, backwards, onFrame });
  const seen = tracks.filter(({ visible }) => visible.at(-1)).length;
  return {
    json: { frames, tracks: tracks.map(roundTrack), cuts },
    ...{ cuts, frames, told: `${tracks.length} points, ${seen} visible in the last frame` },
    draw: (image, index) => drawTracks(image, tracks, index),
  };
}

async function followBox(
  model: FlowModel,
  source: FrameSource,
  box: Box,
  { preset }: TrackCommandOptions,
  step: () => void,
): Promise<Result> {
  const boxes: (Box | null)[] = [];
  const [confidence, cuts]: [number[], number[]] = [[], []];
  for await (const frame of trackBox(model, source, box, { preset })) {
    boxes.push(frame.box);
    confidence.push(thousandths(frame.confidence));
    if (frame.cut) cuts.push(frame.index);
    step();
  }
  const frames = boxes.length;
  return {
    json: { frames, boxes: boxes.map((each) => each && each.map(thousandths)), confidence, cuts },
    ...{ cuts, frames, told: `a box, seen in ${boxes.filter((each) => each !== null).length} frames` },
    draw: (image, index) => drawBox(image, boxes[index]),
  };
}

/** Decodes the frames a second time: where points were before they begin is known at the end alone. */
async function draw(
  source: FrameSource,
  result: Result,
  sink: FrameSink,
  guard: InterruptGuard,
): Promise<void> {
  let index = 0;
  for await (const { image, name, time } of source.frames()) {
    guard.check();
    await sink.write(result.draw(image, index++), name, time);
  }
  await sink.close();
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

const roundTrack = ({ points, visible, confidence }: Track): Track => ({
  points: points.map((point) => point && [thousandths(point[0]), thousandths(point[1])]),
  visible,
  confidence: confidence.map(thousandths),
});

async function write({ json }: Result, { output, force }: TrackCommandOptions): Promise<void> {
  const text = `${JSON.stringify(json)}\n`;
  if (output === undefined) process.stdout.write(text);
  else await atomicWrite(output, Buffer.from(text), { overwrite: force });
}

function report({ frames, told, cuts }: Result, seconds: number, { output }: TrackCommandOptions): void {
  const where = cuts.length ? `, cuts at frames ${cuts.join(', ')}` : '';
  process.stderr.write(
    `${output ?? 'tracks'}: ${frames} frames, ${told}, ${(frames / seconds).toFixed(1)} frames a second${where}\n`,
  );
}
