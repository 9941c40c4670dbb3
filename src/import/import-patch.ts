import { ModelError, checkInteger, checkOneOf, checkOptions } from '../core/index.ts';
import type { OptionNames } from '../core/index.ts';
import { patchTensor } from '../match/patches/index.ts';
import { TRAINED_METRICS } from '../runtime/index.ts';
import type {
  GraphValue,
  PairManifest,
  PatchInput,
  PatchManifest,
  PatchOutput,
  Session,
  TrainedMetric,
} from '../runtime/index.ts';
import { checkType, describeDims, pickInputs } from './graph-inputs.ts';
import { checkManifest, commonFields, openDraft, writeModelFolder } from './model-folder.ts';
import type { Draft } from './model-folder.ts';
import {
  checkFound,
  describeFound,
  patchViews,
  retrieveByDescriptor,
  retrieveByScore,
} from './probe-patches.ts';
import type { ImportOptions, ImportReport, Notes } from './types.ts';

/** Options of `importPatchModel`. */
export interface ImportPatchOptions extends ImportOptions {
  /** Order of the planes; defaults to `grey` of one plane and to `RGB` of three. */
  readonly channels?: PatchInput['channels'];
  /** What is taken from each plane's values, in the order of the channels; defaults to 0. */
  readonly mean?: readonly number[];
  /** What the rest is divided by, in the order of the channels; defaults to 1. */
  readonly std?: readonly number[];
  /** Side of a patch in pixels; defaults to what the graph says. */
  readonly size?: number;
  /** Distance of descriptors; defaults to `l2` where they have length 1, and else to `cosine`. */
  readonly metric?: TrainedMetric;
  /** What scores of two patches are multiplied by; defaults to 1, or -1 where the probe finds a distance. */
  readonly scale?: number;
}

const OPTIONS: OptionNames<ImportPatchOptions> = {
  folder: true,
  name: true,
  overwrite: true,
  inputs: true,
  output: true,
  range: true,
  mean: true,
  std: true,
  probe: true,
  description: true,
  licence: true,
  trainingData: true,
  channels: true,
  size: true,
  metric: true,
  scale: true,
};

/**
 * Makes a model of an ONNX graph that describes a patch, or compares two: a folder with the graph and a `model.json`, for
 * `loadPatchModel`. A graph of one input makes descriptors, one of two inputs compares.
 *
 * @param graph path of the `.onnx` file, which holds all of its numbers
 * @throws {ModelError} where it is no such graph, or finds places no better again than by chance; FileError where the folder
 *   is taken
 * @example
 * import { loadPatchModel } from 'whither';
 * import { importPatchModel } from 'whither/models';
 *
 * const { folder } = await importPatchModel('descriptor.onnx', { range: [0, 1], metric: 'l2' });
 * await using model = await loadPatchModel(folder);
 */
export async function importPatchModel(
  graph: string,
  options: ImportPatchOptions = {},
): Promise<ImportReport> {
  checkOptions(options, OPTIONS, 'importPatchModel');
  if (options.channels !== undefined) checkOneOf(options.channels, 'channels', ['grey', 'RGB', 'BGR']);
  if (options.metric !== undefined) checkOneOf(options.metric, 'metric', TRAINED_METRICS);
  if (options.size !== undefined) checkInteger(options.size, 'size', 1, 1024);
  const draft = await openDraft(graph, options);
  try {
    return await importDraft(draft, options);
  } finally {
    await draft.session.dispose();
  }
}

async function importDraft(draft: Draft, options: ImportPatchOptions): Promise<ImportReport> {
  const { session } = draft;
  const values = pickInputs(session, options.inputs);
  const inputs = inputsOf(values, options);
  const output = { name: pickOutput(session, options.output) };
  const notes: Notes = { found: [describeInputs(inputs[0])], warnings: [] };
  const base = { name: draft.name, output };
  const own =
    values.length === 1
      ? { task: 'patch', ...(await findDescriber(session, base, inputs, options, notes)) }
      : { task: 'pair', ...(await findScorer(session, base, inputs, options, notes)) };
  const fields = { ...commonFields(draft, own.task, options), ...own, scores: {} };
  const manifest = checkManifest(draft, fields);
  await writeModelFolder(draft, fields);
  return { folder: draft.folder, manifest, ...notes };
}

/** The ways to give a patch that are tried, the most usual first. */
function inputsOf(values: readonly GraphValue[], options: ImportPatchOptions): PatchInput[] {
  for (const value of values) checkType(value);
  const [first] = values;
  const [count] = first.dims;
  const size = patchSize(first, options);
  const channels = patchChannels(first, options);
  const { range, mean, std } = options;
  const ranges: readonly (readonly [number, number])[] = range ? [range] : RANGES;
  return ranges.map((each) => ({
    layout: 'NCHW',
    channels,
    range: each,
    ...(mean && { mean }),
    ...(std && { std }),
    size,
    names: values.map((value) => value.name),
    ...(count && { batch: count }),
  }));
}

function patchSize({ name, dims }: GraphValue, options: ImportPatchOptions): number {
  const [count, , height, width] = dims;
  const size = options.size ?? height ?? width;
  if (dims.length !== 4 || (height && width && height !== width) || !size)
    throw new ModelError(
      `Expected an input ${name} of count x channels x size x size but the graph declares ${describeDims(dims)}: ` +
        'give the size where it is open',
    );
  if (count && count > 1)
    throw new ModelError(
      `Expected an open count of patches, or one, for ${name} but the graph takes ${count} at once`,
    );
  return size;
}

function patchChannels(
  { name, dims: [, planes] }: GraphValue,
  options: ImportPatchOptions,
): PatchInput['channels'] {
  const channels = options.channels ?? (planes === 3 ? 'RGB' : 'grey');
  if (planes && planes !== (channels === 'grey' ? 1 : 3))
    throw new ModelError(
      `Expected planes of ${channels} for ${name} but the graph takes ${planes}: give the channels`,
    );
  return channels;
}

/** Of patches, the most frequent first. */
const RANGES = [
  [0, 1],
  [-1, 1],
  [0, 255],
] as const;

function pickOutput(session: Session, name = session.outputs[session.outputs.length - 1]): string {
  if (session.outputs.includes(name)) return name;
  throw new ModelError(
    `Expected the name of an output of the graph (${session.outputs.join(', ')}) but received ${JSON.stringify(name)}`,
  );
}

const describeInputs = ({ names = [], channels, size, batch }: PatchInput): string =>
  `Patches of ${size} x ${size} pixels in ${names.join(' and ')}, ${channels}${batch ? `, ${batch} a run` : ''}`;

interface Base {
  readonly name: string;
  readonly output: PatchOutput;
}

/** How a descriptor network is given patches, and what its descriptors are. */
async function findDescriber(
  session: Session,
  base: Base,
  inputs: readonly PatchInput[],
  options: ImportPatchOptions,
  notes: Notes,
): Promise<Pick<PatchManifest, 'input' | 'output' | 'descriptor'>> {
  const { length, unit } = await measureDescriptor(session, base.output, inputs[0]);
  const descriptor = {
    length,
    unit,
    metric: options.metric ?? (unit ? ('l2' as const) : ('cosine' as const)),
  };
  notes.found.push(
    `Descriptors of ${length} numbers${unit ? ', of length 1' : ''}, compared by ${descriptor.metric}`,
  );
  const tries = inputs.map((input) => ({ ...base, input, descriptor }));
  const { input, output } = await chooseBest(
    tries,
    (each) => retrieveByDescriptor(session, each),
    options,
    notes,
  );
  return { input, output, descriptor };
}

/** Numbers of a descriptor, and whether its length is 1. */
async function measureDescriptor(session: Session, { name = '' }: PatchOutput, input: PatchInput) {
  const [views] = patchViews(input.size);
  const one = { ...views, count: 1, data: views.data.subarray(0, input.size ** 2) };
  const { data } = (await session.run({ [input.names![0]]: patchTensor(one, { ...input, batch: 1 }) }))[name];
  return { length: data.length, unit: Math.abs(Math.hypot(...data) - 1) < 1e-3 };
}

/** How a network of pairs is given patches, and whether it gives a score or a distance. */
async function findScorer(
  session: Session,
  base: Base,
  inputs: readonly PatchInput[],
  options: ImportPatchOptions,
  notes: Notes,
): Promise<Pick<PairManifest, 'input' | 'output' | 'symmetric'>> {
  const scales = options.scale === undefined ? [1, -1] : [options.scale];
  const tries = scales.flatMap((scale) =>
    inputs.map((input) => ({
      ...{ name: base.name, output: { ...base.output, scale }, symmetric: false },
      input: { ...input, anySize: false, smallest: input.size },
    })),
  );
  const { input, output, symmetric } = await chooseBest(
    tries,
    (each) => retrieveByScore(session, each),
    options,
    notes,
  );
  notes.found.push(output.scale < 0 ? 'It gives a distance, turned into a score' : 'It gives a score');
  return { input, output, symmetric };
}

/** The first of those that find most places again. */
async function chooseBest<T extends { readonly input: PatchInput }>(
  tries: readonly T[],
  retrieve: (each: T) => Promise<number>,
  { probe, range }: ImportPatchOptions,
  { found, warnings }: Notes,
): Promise<T> {
  const nameOf = ({ input }: T): string => input.range.join(' to ');
  if (probe === false) {
    warnings.push(`Nothing was probed: what no option says is the usual, ${nameOf(tries[0])}`);
    return tries[0];
  }
  const shares: number[] = [];
  for (const each of tries) shares.push(await retrieve(each));
  const most = checkFound(Math.max(...shares));
  const alike = tries.filter((_, i) => shares[i] === most);
  found.push(`Values from ${nameOf(alike[0])}: ${describeFound(most)}`);
  const ranges = [...new Set(alike.map(nameOf))];
  if (!range && ranges.length > 1)
    warnings.push(
      `The probe does not tell ${ranges.join(' from ')}: the first is taken; give the range if you know it`,
    );
  return alike[0];
}
