import { checkInteger, checkOneOf, checkOptions } from '../core/index.ts';
import type { OptionNames } from '../core/index.ts';
import { CHANNEL_ORDERS, FITS, PADDINGS } from '../runtime/index.ts';
import type { FlowManifest, ModelInput, ModelOutput } from '../runtime/index.ts';
import { findFlowValues } from './find-flow-values.ts';
import { findSizes } from './find-sizes.ts';
import type { FoundSizes } from './find-sizes.ts';
import { usualRules } from './try-rules.ts';
import type { FlowUnits, ValueRules } from './try-rules.ts';
import { readImageInputs } from './graph-inputs.ts';
import type { ImageInputs } from './graph-inputs.ts';
import { checkManifest, commonFields, openDraft, writeModelFolder } from './model-folder.ts';
import type { Draft } from './model-folder.ts';
import { proveFlow } from './prove-flow.ts';
import { describeGraph } from './tell-flow.ts';
import type { ImportOptions, ImportReport, Notes } from './types.ts';

/** Options of `importFlowModel`. */
export interface ImportFlowOptions extends ImportOptions {
  /** Order of the planes; defaults to what the probe finds, else to `RGB`. */
  readonly channels?: 'RGB' | 'BGR';
  /** What is taken from each plane's values, in the order of the channels; defaults to 0. */
  readonly mean?: readonly [number, number, number];
  /** What the rest is divided by, in the order of the channels; defaults to 1. */
  readonly std?: readonly [number, number, number];
  /** What height and width must be multiples of; defaults to the least power of two that works. */
  readonly multipleOf?: number;
  /** Least height and width; defaults to the least, by doubling, that works. */
  readonly smallest?: number;
  /** How images of other sizes are fitted; defaults to `pad`, see `ModelInput`. */
  readonly fit?: ModelInput['fit'];
  /** What added pixels hold; defaults to `replicate`. */
  readonly padding?: NonNullable<ModelInput['padding']>;
  /** What the output is multiplied by to be pixels from A to B; defaults to what the probe finds, else to 1. */
  readonly scale?: number;
  /** Whether u or v comes first in the output; defaults to what the probe finds, else to `uv`. */
  readonly order?: 'uv' | 'vu';
  /** Coarse-to-fine passes; defaults to `[1]`. */
  readonly schedule?: readonly number[];
  /** Whether its flow is refined on the images; defaults to false. */
  readonly refine?: boolean;
}

const OPTIONS: OptionNames<ImportFlowOptions> = {
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
  multipleOf: true,
  smallest: true,
  fit: true,
  padding: true,
  scale: true,
  order: true,
  schedule: true,
  refine: true,
};

/**
 * Makes a model of an ONNX graph that takes two images and gives flow: a folder with the graph and a `model.json`, for
 * `loadFlowModel`. What the graph does not say is found by trying it on a known shift and a known zoom, where no option
 * says it.
 *
 * @param graph path of the `.onnx` file, which holds all of its numbers
 * @throws {ModelError} where it is no graph of two images, gives nothing of a flow's size, or its flow has nothing to do with
 *   the motion of the probe; FileError where the folder is taken
 * @example
 * import { loadFlowModel } from 'whither';
 * import { importFlowModel } from 'whither/models';
 *
 * const { folder, found } = await importFlowModel('raft.onnx', { name: 'raft-small', fit: 'centre' });
 * console.log(found.join('\n'));
 * await using model = await loadFlowModel(folder);
 */
export async function importFlowModel(graph: string, options: ImportFlowOptions = {}): Promise<ImportReport> {
  checkFlowOptions(options);
  const draft = await openDraft(graph, options);
  try {
    return await importDraft(draft, options);
  } finally {
    await draft.session.dispose();
  }
}

function checkFlowOptions(options: ImportFlowOptions): void {
  checkOptions(options, OPTIONS, 'importFlowModel');
  const { channels, fit, padding, order, multipleOf, smallest } = options;
  if (channels !== undefined) checkOneOf(channels, 'channels', CHANNEL_ORDERS);
  if (fit !== undefined) checkOneOf(fit, 'fit', FITS);
  if (padding !== undefined) checkOneOf(padding, 'padding', PADDINGS);
  if (order !== undefined) checkOneOf(order, 'order', ['uv', 'vu']);
  if (multipleOf !== undefined) checkInteger(multipleOf, 'multipleOf', 1, 1024);
  if (smallest !== undefined) checkInteger(smallest, 'smallest', 1, 4096);
}

async function importDraft(draft: Draft, options: ImportFlowOptions): Promise<ImportReport> {
  const notes: Notes = { found: [], warnings: [] };
  const inputs = readImageInputs(draft.session, options.inputs);
  const [rules] = usualRules(options);
  const sizes = await findSizes(draft.session, inputOf(inputs, rules, options), options);
  notes.found.push(describeGraph(inputs, sizes, draft.session.outputs));
  const values = await findFlowValues(draft.session, inputOf(inputs, rules, options), sizes, options, notes);
  const fields = {
    ...commonFields(draft, 'fused', options),
    task: 'flow',
    input: inputOf(inputs, values.rules, { ...options, ...sizes }),
    output: outputOf(sizes, values.units),
    schedule: options.schedule ?? [1],
    refine: options.refine ?? false,
  };
  const manifest = checkManifest(draft, { ...fields, scores: {} }) as FlowManifest;
  const scores = options.probe === false ? {} : await proveFlow(draft.session, manifest, sizes.size, notes);
  await writeModelFolder(draft, { ...fields, scores });
  return { folder: draft.folder, manifest: { ...manifest, scores }, ...notes };
}

/** The `input` of a model.json. */
function inputOf(
  { names, stack, size }: ImageInputs,
  rules: ValueRules,
  {
    fit,
    padding,
    multipleOf,
    smallest,
  }: Pick<ImportFlowOptions, 'fit' | 'padding' | 'multipleOf' | 'smallest'>,
): ModelInput {
  return {
    layout: 'NCHW',
    ...rules,
    multipleOf: multipleOf ?? 1,
    ...(smallest !== undefined && { smallest }),
    ...(size && { size }),
    fit: fit ?? 'pad',
    ...(padding && { padding }),
    names,
    ...(stack && { stack }),
  };
}

/** The `output` of a model.json; what it need not say is left out. */
function outputOf({ output }: FoundSizes, { channels, scale }: FlowUnits): ModelOutput {
  return {
    stride: output.stride,
    name: output.name,
    ...((channels[0] !== 0 || output.channels > 2) && { channels }),
    ...(scale !== 1 && { scale }),
    ...(output.layout !== 'NCHW' && { layout: output.layout }),
  };
}
