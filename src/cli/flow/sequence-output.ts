import { dirname } from 'node:path';
import { FileError } from '../../core/index.ts';
import type { FlowField, Image } from '../../core/index.ts';
import { inspectPath } from '../../io/disk/index.ts';
import { openFlowFolder } from '../../io/flow/index.ts';
import { createFrameSink } from '../../io/index.ts';
import type { FrameSource } from '../../io/index.ts';
import type { FlowCommandOptions } from './flow-options.ts';
import { checkApart, checkOutputs } from '../shared/index.ts';
import { drawFlow, imageWidth } from './draw-frame.ts';
import type { SequenceTarget } from './sequence-target.ts';

/** One flow of a sequence, ready to be written. */
export interface SequenceItem {
  /** Of the frame that it starts from. */
  readonly name: string;
  /** When it is shown, in seconds, where its source tells. */
  readonly time?: number;
  readonly frame: Image;
  readonly flow: FlowField;
  readonly backward?: FlowField;
  /** Length in pixels that gets the full colour; defaults to what `colorizeFlow` chooses. */
  readonly maxMagnitude?: number;
}

/** Where the flows of a sequence go, whatever that is. */
export interface SequenceOutput {
  /** Names of the frames whose results are there already. */
  readonly existing: ReadonlySet<string>;
  write(item: SequenceItem): Promise<void>;
  close(): Promise<void>;
  /** Takes back what is not complete. */
  abort(): Promise<void>;
}

/**
 * Refuses a file that is in the way before any work is done, and images in the folder of the frames: they
 * have the same names.
 */
export async function checkTarget(target: SequenceTarget, input: string, force: boolean): Promise<void> {
  if (target.kind === 'video') {
    await checkApart([target.path], [input]);
    await checkOutputs([target.path], force);
  } else if (target.kind === 'images') {
    // Of a numbered pattern too, which is no path that exists.
    const pattern = (await inspectPath(input)) === 'nothing';
    await checkApart([target.folder], [pattern ? dirname(input) : input]);
  }
}

/** The longest file name that common file systems take, in bytes. */
const MAX_NAME_BYTES = 255;

/**
 * Throws a {@link FileError} where results that are named after frames would have one name, or one that is too long:
 * before any work is done.
 */
export function checkNames(
  target: SequenceTarget,
  { names = [] }: FrameSource,
  both: boolean | undefined,
): void {
  if (target.kind === 'video') return;
  const extension = target.kind === 'flows' ? target.extension : '.png';
  const seen = new Set<string>();
  // The last frame begins no pair.
  for (const name of names.slice(0, -1))
    for (const result of both && target.kind === 'flows' ? [name, backwardName(name)] : [name]) {
      const file = prefixOf(target) + result + extension;
      if (seen.has(result))
        throw new FileError(
          `Expected a name of its own for every frame but two results would be ${file}: rename one of the frames`,
        );
      if (Buffer.byteLength(file) > MAX_NAME_BYTES)
        throw new FileError(
          `Expected names of results of at most ${MAX_NAME_BYTES} bytes but ${file} is longer: rename the frame`,
        );
      seen.add(result);
    }
}

const backwardName = (name: string): string => `${name}.backward`;

export async function openOutput(
  target: SequenceTarget,
  source: FrameSource,
  options: FlowCommandOptions,
): Promise<SequenceOutput> {
  return target.kind === 'flows'
    ? openFlows(target, options)
    : openImageTarget(
        target.kind === 'video' ? target.path : target.folder,
        source,
        options,
        prefixOf(target),
      );
}

/** What goes before the names of frames. */
const prefixOf = (target: SequenceTarget): string => (target.kind === 'video' ? '' : (target.prefix ?? ''));

/** The names of frames among names of results. */
const withoutPrefix = (names: ReadonlySet<string>, prefix: string): ReadonlySet<string> =>
  prefix
    ? new Set([...names].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])))
    : names;

async function openFlows(
  { folder, extension, prefix }: Extract<SequenceTarget, { kind: 'flows' }>,
  { force }: FlowCommandOptions,
): Promise<SequenceOutput> {
  const flows = await openFlowFolder(folder, extension, { overwrite: true });
  return {
    existing: force ? new Set() : withoutPrefix(flows.existing, prefix),
    async write({ name, flow, backward }) {
      // The forward flow last: where it is there, the pair is complete.
      if (backward) await flows.write(prefix + backwardName(name), backward);
      await flows.write(prefix + name, flow);
    },
    close: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
}

async function openImageTarget(
  path: string,
  source: FrameSource,
  { force = false, overlay = 'color' }: FlowCommandOptions,
  prefix: string,
): Promise<SequenceOutput> {
  const sink = await createFrameSink(path, {
    width: imageWidth(source.width, overlay),
    height: source.height,
    frameRate: source.frameRate,
    variableRate: source.variableRate,
    overwrite: force,
    resume: !force,
  });
  return {
    existing: withoutPrefix(sink.existing, prefix),
    write: ({ name, time, frame, flow, maxMagnitude }) =>
      sink.write(drawFlow(frame, flow, overlay, maxMagnitude), prefix + name, time),
    close: () => sink.close(),
    abort: () => sink.abort(),
  };
}
