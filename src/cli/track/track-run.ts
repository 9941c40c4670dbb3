import { FileError, WhitherError } from '../../core/index.ts';
import { drawTracks } from '../../draw/index.ts';
import { loadFlowModel } from '../../flow/network/index.ts';
import { atomicWrite, createFrameSink, openFrames } from '../../io/index.ts';
import type { FrameSource } from '../../io/index.ts';
import { collectTracks, gridPoints } from '../../track/index.ts';
import type { QueryPoint, Track, Tracks } from '../../track/index.ts';
import { checkApart, checkExtension, checkOutputs, createWarnings } from '../shared/index.ts';
import { guardInterrupts, startProgress } from '../shared/index.ts';
import type { InterruptGuard } from '../shared/index.ts';
import { readPoints } from './points-file.ts';
import type { TrackCommandOptions } from './track-options.ts';

/** `whither track VIDEO|FOLDER`: tracks as JSON, and drawn where that is asked for. */
export async function trackCommand(input: string, options: TrackCommandOptions): Promise<void> {
  await checkPaths(input, options);
  const given = options.points === undefined ? undefined : await readPoints(options.points);
  const guard = guardInterrupts();
  const warnings = createWarnings();
  try {
    const source = await openFrames(input, { onWarning: warnings.tell });
    try {
      const points = given ?? gridPoints(source, options.grid!);
      const start = performance.now();
      const tracks = await track(source, points, options, guard);
      const seconds = (performance.now() - start) / 1000;
      if (options.draw) await draw(source, tracks, options.draw, options.force ?? false, guard);
      await write(tracks, options);
      report(tracks, seconds, options);
    } finally {
      source.dispose();
    }
  } finally {
    guard.dispose();
  }
}

async function checkPaths(
  input: string,
  { points, grid, output, draw, force }: TrackCommandOptions,
): Promise<void> {
  if ((points === undefined) === (grid === undefined))
    throw new WhitherError('Expected either --points with a file or --grid with a number of columns');
  if (output !== undefined) {
    checkExtension(output, ['.json'], '-o');
    await checkOutputs([output], force ?? false);
  }
  const outputs = [output, draw].filter((path) => path !== undefined);
  await checkApart(outputs, points === undefined ? [input] : [input, points]);
}

async function track(
  source: FrameSource,
  points: readonly QueryPoint[],
  { model: name, preset, backwards }: TrackCommandOptions,
  guard: InterruptGuard,
): Promise<Tracks> {
  const model = await loadFlowModel(name);
  const progress = startProgress('tracks', source.frameCount);
  try {
    return await collectTracks(model, source, points, {
      ...{ preset, backwards },
      onFrame(_, back) {
        guard.check();
        if (!back) progress.step();
      },
    });
  } catch (error) {
    // A point of the user's that lies outside is theirs to mend.
    if (error instanceof RangeError) throw new FileError(error.message);
    throw error;
  } finally {
    progress.stop();
    await model.dispose();
  }
}

/** Decodes the frames a second time, since points that begin late are known before that only at the end. */
async function draw(
  source: FrameSource,
  { tracks }: Tracks,
  path: string,
  overwrite: boolean,
  guard: InterruptGuard,
): Promise<void> {
  const { width, height, frameRate, variableRate } = source;
  const sink = await createFrameSink(path, { width, height, frameRate, variableRate, overwrite });
  try {
    let index = 0;
    for await (const { image, name, time } of source.frames()) {
      guard.check();
      await sink.write(drawTracks(image, tracks, index++), name, time);
    }
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

async function write(
  { frames, tracks, cuts }: Tracks,
  { output, force }: TrackCommandOptions,
): Promise<void> {
  const round = ({ points, visible, confidence }: Track): unknown => ({
    points: points.map((point) => point && [thousandths(point[0]), thousandths(point[1])]),
    visible,
    confidence: confidence.map(thousandths),
  });
  const text = `${JSON.stringify({ frames, tracks: tracks.map(round), cuts })}\n`;
  if (output === undefined) process.stdout.write(text);
  else await atomicWrite(output, Buffer.from(text), { overwrite: force });
}

function report({ frames, tracks, cuts }: Tracks, seconds: number, { output }: TrackCommandOptions): void {
  const seen = tracks.filter(({ visible }) => visible.at(-1)).length;
  const told = cuts.length ? `, cuts at frames ${cuts.join(', ')}` : '';
  process.stderr.write(
    `${output ?? 'tracks'}: ${tracks.length} points through ${frames} frames, ` +
      `${seen} visible in the last, ${(frames / seconds).toFixed(1)} frames a second${told}\n`,
  );
}
