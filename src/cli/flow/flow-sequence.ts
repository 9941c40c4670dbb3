import { join } from 'node:path';
import { FileError, WhitherError } from '../../core/index.ts';
import type { FlowField, Image, Mask } from '../../core/index.ts';
import type { LoadFlowModelOptions } from '../../flow/network/index.ts';
import type { SequenceEstimate } from '../../flow/estimate/index.ts';
import { sequenceMagnitude } from '../../flow/index.ts';
import { createScratchFolder, openFrames, readFlow, writeFlow } from '../../io/index.ts';
import type { Frame, FrameSource } from '../../io/index.ts';
import { estimateOptions } from './flow-options.ts';
import type { FlowCommandOptions, Normalize } from './flow-options.ts';
import { median, motionOf, round, withoutOccluded, withoutTransparent } from './flow-figures.ts';
import { createWarnings, guardInterrupts, startProgress } from '../shared/index.ts';
import type { InterruptGuard, Warnings } from '../shared/index.ts';
import { openWorker } from '../../worker/index.ts';
import type { WhitherWorker, WorkerModel } from '../../worker/index.ts';
import { checkNames, checkTarget, openOutput } from './sequence-output.ts';
import type { SequenceOutput } from './sequence-output.ts';
import { parseTarget } from './sequence-target.ts';
import type { SequenceTarget } from './sequence-target.ts';

/** All that a run over a sequence works with. */
interface SequenceRun {
  readonly input: string;
  readonly source: FrameSource;
  /** Estimates beside the decoding, drawing and encoding that is done here. */
  readonly worker: WhitherWorker;
  readonly model: WorkerModel<'flow'>;
  readonly output: SequenceOutput;
  readonly options: FlowCommandOptions;
  readonly normalize: Normalize;
  readonly guard: InterruptGuard;
  readonly summary: Summary;
}

/** `whither flow VIDEO|FOLDER`: frame after frame, in memory that does not grow with their number. */
export async function flowOfSequence(input: string, options: FlowCommandOptions): Promise<void> {
  const target = readTarget(options);
  await checkTarget(target, input, options.force ?? false);
  const guard = guardInterrupts();
  try {
    const warnings = createWarnings();
    const { every, maxSize } = options;
    const source = await openFrames(input, { every, maxSize, onWarning: warnings.tell });
    try {
      await runOn(source, input, target, options, guard, warnings);
    } finally {
      source.dispose();
    }
  } finally {
    guard.dispose();
  }
}

function readTarget({ output }: FlowCommandOptions): SequenceTarget {
  if (output) return parseTarget(output);
  throw new WhitherError('Expected -o with the name of a video, GIF or folder for the flow of a sequence');
}

async function runOn(
  source: FrameSource,
  input: string,
  target: SequenceTarget,
  options: FlowCommandOptions,
  guard: InterruptGuard,
  warnings: Warnings,
): Promise<void> {
  if (source.frameCount !== null && source.frameCount < 2) throw tooFew(input, source.frameCount);
  checkNames(target, source, options.both);
  const worker = await openWorker();
  try {
    const backend = options.backend as LoadFlowModelOptions['backend'];
    const model = await worker.loadFlowModel(options.model, { backend });
    const output = await openOutput(target, source, options);
    const normalize = options.normalize ?? (target.kind === 'video' ? 'smooth' : 'frame');
    const summary = createSummary(model, source);
    const run = { input, source, worker, model, output, options, normalize, guard, summary };
    try {
      await (normalize === 'sequence' && target.kind !== 'flows' ? runTwice(run) : runOnce(run));
      await output.close();
    } catch (error) {
      await output.abort();
      throw error;
    }
    summary.report(options, warnings);
  } finally {
    await worker.close();
  }
}

function tooFew(input: string, frames: number): FileError {
  return new FileError(`Expected 2 frames or more in ${input} but received ${frames}`);
}

/** Each flow is written as soon as it is known, while the next one is estimated. */
async function runOnce(run: SequenceRun): Promise<void> {
  const { normalize, output } = run;
  const running = normalize === 'smooth' ? sequenceMagnitude() : undefined;
  const fixed = typeof normalize === 'number' ? normalize : undefined;
  let writing = Promise.resolve();
  for await (const { name, time, imageA, flow, backward } of estimates(run, output.existing)) {
    await writing;
    const maxMagnitude = running?.update(flow) ?? fixed;
    writing = output.write({ name, time, frame: imageA, flow, backward, maxMagnitude });
    // A failure is thrown where it is awaited; until then it is not one that nobody heeds.
    writing.catch(() => undefined);
  }
  await writing;
}

/** The scale is known only after the last flow: they wait on disk, where memory has no room for a film. */
async function runTwice(run: SequenceRun): Promise<void> {
  const { output, source, guard, summary } = run;
  const scale = sequenceMagnitude({ release: 1 });
  const scratch = await createScratchFolder();
  const spilled = (index: number): string => join(scratch.path, `${index}.flo`);
  try {
    // All of them, results that are there already too: the scale is that of the whole sequence.
    for await (const { index, flow } of estimates(run, new Set())) {
      scale.update(flow);
      await writeFlow(spilled(index), flow);
    }
    const progress = startProgress('colours', pairCount(source));
    let index = 0;
    try {
      for await (const { name, image, time } of pairStarts(source)) {
        guard.check();
        const maxMagnitude = scale.value;
        if (output.existing.has(name)) summary.skip();
        else
          await output.write({
            name,
            time,
            frame: image,
            flow: await readFlow(spilled(index)),
            maxMagnitude,
          });
        index++;
        progress.step();
      }
    } finally {
      progress.stop();
    }
  } finally {
    await scratch.dispose();
  }
}

/** Every frame but the last. */
async function* pairStarts(source: FrameSource): AsyncGenerator<Frame> {
  let before: Frame | undefined;
  for await (const frame of source.frames()) {
    if (before) yield before;
    before = frame;
  }
}

function pairCount({ frameCount }: FrameSource): number | null {
  return frameCount === null ? null : frameCount - 1;
}

interface NamedEstimate extends SequenceEstimate {
  readonly name: string;
  readonly time?: number;
}

/** The flows that are not in `existing`, with a progress bar; under `--both` without what is occluded. */
async function* estimates(run: SequenceRun, existing: ReadonlySet<string>): AsyncGenerator<NamedEstimate> {
  const { source, worker, model, options, guard, summary } = run;
  const names: string[] = [];
  const times: (number | undefined)[] = [];
  // Of the two frames of a pair alone: masks of a long sequence would fill the memory.
  const opaque = new Map<number, Mask | undefined>();
  const progress = startProgress('flow', pairCount(source));
  async function* images(): AsyncGenerator<Image> {
    for await (const { name, image, time, opaque: mask } of source.frames()) {
      guard.check();
      opaque.set(names.length, mask);
      names.push(name);
      times.push(time);
      // From the second frame on, each ends a pair.
      if (names.length > 1) progress.step();
      yield image;
    }
  }
  const skip = (index: number): boolean => existing.has(names[index]) && summary.skip();
  const how = { ...estimateOptions(options), both: options.both, onTile: () => guard.check(), skip };
  try {
    for await (const whole of worker.flowSequence(model, images(), how)) {
      guard.check();
      const { index } = whole;
      const { flow, backward } = withoutTransparent(whole, opaque.get(index), opaque.get(index + 1));
      for (const passed of opaque.keys()) if (passed <= index) opaque.delete(passed);
      const estimate = Object.assign(whole, { flow, backward });
      summary.add(estimate);
      yield Object.assign(estimate, {
        flow: visibleFlow(estimate),
        name: names[index],
        time: times[index],
      });
    }
    if (names.length < 2) throw tooFew(run.input, names.length);
  } finally {
    progress.stop();
  }
}

/** What `--both` leaves; without it nothing is left out, though a network may tell what it takes for occluded. */
function visibleFlow(estimate: SequenceEstimate): FlowField {
  const { flow, backward } = estimate;
  return backward && estimate.occluded ? withoutOccluded(flow, estimate.occluded) : flow;
}

/** What there is to say about a run at its end. */
interface Summary {
  add(estimate: SequenceEstimate): void;
  /** Counts a pair whose result is there already; true, so that it can stand in a condition. */
  skip(): true;
  report(options: FlowCommandOptions, warnings: Warnings): void;
}

function createSummary({ name }: WorkerModel, { width, height }: FrameSource): Summary {
  const times: number[] = [];
  let [skipped, motion, greatest] = [0, 0, 0];
  let backend: string | null = null;
  return {
    add(estimate) {
      const { mean, greatest: longest } = motionOf(estimate.flow);
      times.push(estimate.milliseconds);
      motion += mean;
      greatest = Math.max(greatest, longest);
      ({ backend } = estimate);
    },
    skip() {
      skipped++;
      return true;
    },
    report({ json, output }, warnings) {
      const flows = times.length;
      const milliseconds = flows ? round(median(times)) : null;
      const [meanMagnitude, maxMagnitude] = flows ? [motion / flows, greatest] : [null, null];
      const sizes = { model: name, backend, width, height, flows, skipped };
      if (json)
        process.stdout.write(
          `${JSON.stringify({ ...sizes, milliseconds, meanMagnitude, maxMagnitude, ...warnings.inJson() }, null, 2)}\n`,
        );
      const kept = skipped ? `, ${skipped} that were there already kept (--force makes them anew)` : '';
      const each = milliseconds === null ? '' : `, ${Math.round(milliseconds)} ms each (${backend})`;
      process.stderr.write(
        `${output}: ${flows} ${flows === 1 ? 'flow' : 'flows'} of ${width} x ${height} by ${name}${each}${kept}\n`,
      );
    },
  };
}
