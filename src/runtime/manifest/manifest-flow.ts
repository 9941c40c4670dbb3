import type { Entry } from './manifest-entry.ts';
import { parseFlowInput, parseFlowOutput } from './manifest-flow-io.ts';
import type { ModelInput, ModelOutput } from './manifest-flow-io.ts';
import type { ModelManifest } from './model-manifest.ts';

/** The correlation layer between encoder and decoder, on maps of 1 / `stride` of the input's size. */
export interface ModelCorrelation {
  readonly channels: number;
  readonly radius: number;
  readonly step: number;
  /** What dot products are divided by: `mean` the channels, `sqrt` their root, `none` nothing. */
  readonly scale: 'none' | 'mean' | 'sqrt';
  readonly stride: number;
}

/** A network cut into the parts of a pyramid: steps that are run at every level, kernels of ours between. */
export interface ModelPyramid {
  /**
   * `judge` (the default) judges where its steps start, and has one `decoder` for all levels: graphs `encoder`, `judge`,
   * `decoder`, `rise`, `mask`. `recurrent` takes its first steps from every candidate, and has a step of its own at the finest
   * level: `encoder`, `begin`, `update`, `score`, `rise0`, `rise1` and so on, `fine`, `mask`.
   */
  readonly kind: 'judge' | 'recurrent';
  /** First steps that a recurrent pyramid takes from every candidate; others have none. */
  readonly carry?: number;
  /** Pixels to a cell of each level, coarse to fine, each half the one before. */
  readonly strides: readonly number[];
  /** Of the unit features that are matched at each level. */
  readonly channels: readonly number[];
  /** Cells to each side of the flow that correlations are looked up at. */
  readonly radius: number;
  /** Factors by which B's features are made coarser, each for a window of correlations of its own. */
  readonly reaches: readonly number[];
  /** What products of features are multiplied by before the softmax of the global match, at the coarsest level. */
  readonly sharpness: number;
  /** Of the convex upsampling; the finest level's stride. */
  readonly factor: number;
}

/** Names of the trade between speed and accuracy, the fastest first. */
export const FLOW_PRESETS = ['fast', 'balanced', 'accurate'] as const;
/** A preset: how much time an estimate may take. */
export type FlowPresetName = (typeof FLOW_PRESETS)[number];

/** Settings of the refinement on the images, see `RefineOptions` of the flow library. */
export type RefineSettings = Readonly<Record<string, number | readonly RefineLevel[]>>;

/** A factor that images are shrunk by, or an object with the factor and settings of its own. */
export type RefineLevel = number | { readonly factor: number; readonly [setting: string]: number };

/** How a network is run. */
export interface FlowPlan {
  /** Coarse-to-fine passes: by how much the images are shrunk for each. */
  readonly schedule: readonly number[];
  /** Steps of the decoder at each level of a pyramid, coarse to fine. */
  readonly iterations?: readonly number[];
  /** Whether, and how, the flow is refined on the images by default. */
  readonly refine: boolean | RefineSettings;
}

/** `model.json` of a network that estimates optical flow; the fields of a plan are those of its default one. */
export interface FlowManifest extends ModelManifest, FlowPlan {
  readonly task: 'flow';
  readonly input: ModelInput;
  /** Only where the network is also cut at its correlation layer, into `encoder` and `decoder`. */
  readonly correlation?: ModelCorrelation;
  /** Only where the network comes in the graphs of a pyramid of its kind. */
  readonly pyramid?: ModelPyramid;
  readonly output: ModelOutput;
  readonly presets?: Readonly<Partial<Record<FlowPresetName, FlowPlan>>>;
  /** The preset that is run by default. */
  readonly preset?: FlowPresetName;
}

/** Reads the fields of task `flow`. */
export function parseFlow(manifest: ModelManifest, root: Entry): FlowManifest {
  const pyramid = parsePyramid(root.get('pyramid'));
  const correlation = parseCorrelation(root.get('correlation'));
  for (const part of partsOf(pyramid, correlation))
    if (!manifest.files[part]) throw root.get('files').get(part).fail(`the ${part} graph`);
  const single = !pyramid && !correlation;
  const chosen = parsePresets(root);
  return {
    ...manifest,
    task: 'flow',
    input: parseFlowInput(root.get('input'), single),
    ...(correlation && { correlation }),
    ...(pyramid && { pyramid }),
    output: parseFlowOutput(root.get('output'), single),
    ...(chosen ? { ...chosen, ...chosen.presets[chosen.preset]! } : parsePlan(root)),
  };
}

function partsOf(pyramid: ModelPyramid | undefined, correlation: ModelCorrelation | undefined): string[] {
  if (pyramid?.kind === 'recurrent') {
    const rises = pyramid.strides.slice(1).map((_, level) => `rise${level}`);
    return ['encoder', 'begin', 'update', 'fine', 'score', ...rises, 'mask'];
  }
  if (pyramid) return ['encoder', 'judge', 'decoder', 'rise', 'mask'];
  return correlation ? ['fused', 'encoder', 'decoder'] : ['fused'];
}

function parsePresets(root: Entry): Required<Pick<FlowManifest, 'presets' | 'preset'>> | undefined {
  const entry = root.get('presets');
  if (entry.absent()) return undefined;
  for (const [name, preset] of entry.entries())
    if (!FLOW_PRESETS.includes(name as FlowPresetName))
      throw preset.fail(`no preset but ${FLOW_PRESETS.join(', ')}`);
  const presets: Partial<Record<FlowPresetName, FlowPlan>> = entry.record(parsePlan);
  const preset = root.get('preset').oneOf(...FLOW_PRESETS);
  if (!presets[preset]) throw root.get('preset').fail('the name of one of the presets');
  return { presets, preset };
}

function parsePlan(entry: Entry): FlowPlan {
  const integers = (list: Entry): number[] => list.list((item) => item.integer(1, 64));
  const [iterations, refine] = [entry.get('iterations'), entry.get('refine')];
  return {
    schedule: integers(entry.get('schedule')),
    ...(!iterations.absent() && { iterations: integers(iterations) }),
    refine: parseRefine(refine),
  };
}

function parseRefine(entry: Entry): boolean | RefineSettings {
  if (entry.absent()) return false;
  return typeof entry.value === 'object' ? entry.record(parseSetting) : entry.flag();
}

function parseSetting(entry: Entry): number | RefineLevel[] {
  return Array.isArray(entry.value) ? entry.list(parseLevel) : entry.number();
}

function parseLevel(entry: Entry): RefineLevel {
  if (typeof entry.value !== 'object') return entry.integer(1, 64);
  return { ...entry.record((setting) => setting.number()), factor: entry.get('factor').integer(1, 64) };
}

function parsePyramid(entry: Entry): ModelPyramid | undefined {
  if (entry.absent()) return undefined;
  const pyramid = {
    ...parseKind(entry),
    strides: entry.get('strides').list((stride) => stride.integer(1, 256)),
    channels: entry.get('channels').list((count) => count.integer(1, 4096)),
    radius: entry.get('radius').integer(0, 64),
    reaches: entry.get('reaches').list((reach) => reach.integer(1, 64)),
    sharpness: entry.get('sharpness').number(),
    factor: entry.get('factor').integer(1, 16),
  };
  const { strides, channels } = pyramid;
  if (strides.some((stride, i) => i > 0 && 2 * stride !== strides[i - 1]))
    throw entry.get('strides').fail('strides that are each half the one before');
  if (channels.length !== strides.length) throw entry.get('channels').fail('as many channels as strides');
  return pyramid;
}

function parseKind(entry: Entry): Pick<ModelPyramid, 'kind' | 'carry'> {
  const [named, carry] = [entry.get('kind'), entry.get('carry')];
  const kind = named.absent() ? 'judge' : named.oneOf('judge', 'recurrent');
  if (kind === 'recurrent') return { kind, carry: carry.integer(1, 64) };
  if (!carry.absent()) throw carry.fail('none where the kind is not recurrent');
  return { kind };
}

function parseCorrelation(entry: Entry): ModelCorrelation | undefined {
  if (entry.absent()) return undefined;
  return {
    channels: entry.get('channels').integer(1, 4096),
    radius: entry.get('radius').integer(0, 64),
    step: entry.get('step').integer(1, 64),
    scale: entry.get('scale').oneOf('none', 'mean', 'sqrt'),
    stride: entry.get('stride').integer(1, 256),
  };
}
