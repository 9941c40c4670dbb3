import { Entry } from './manifest-entry.ts';
import { parsePair, parsePatch } from './manifest-patch.ts';
import type { PairManifest, PatchManifest } from './manifest-patch.ts';

/** One file of a model, beside its `model.json`. */
export interface ModelFile {
  /** Name inside the model's folder. */
  readonly file: string;
  /** Of the file's bytes, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** What every `model.json` says, whatever the model is for. */
export interface ModelManifest {
  readonly name: string;
  readonly task: string;
  readonly version: string;
  readonly description: string;
  /** The graphs by their part in the work, such as `fused`, `encoder`, `decoder`. */
  readonly files: Readonly<Record<string, ModelFile>>;
  readonly licence: { readonly code: string; readonly weights: string };
  readonly trainingData: string;
  /** Set name to metric name to value, such as `scores.chairs.epe` in pixels. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Trained numbers in the network. */
  readonly parameters: number;
}

/** How pixels become the network's input: 8-bit RGB is mapped linearly to `range`, planes of one channel each. */
export interface ModelInput {
  readonly layout: 'NCHW';
  readonly channels: 'RGB';
  /** The values of black and of white. */
  readonly range: readonly [number, number];
  /** Height and width that the network takes are multiples of this; the last row and column are repeated. */
  readonly multipleOf: number;
  readonly fit: 'pad';
}

/** The correlation layer between encoder and decoder, on maps of 1 / `stride` of the input's size. */
export interface ModelCorrelation {
  readonly channels: number;
  readonly radius: number;
  readonly step: number;
  /** What dot products are divided by: `mean` the channels, `sqrt` their root, `none` nothing. */
  readonly scale: 'none' | 'mean' | 'sqrt';
  readonly stride: number;
}

/** `model.json` of a network that estimates optical flow. */
export interface FlowManifest extends ModelManifest {
  readonly task: 'flow';
  readonly input: ModelInput;
  /** Only where the network is also cut at its correlation layer, into `encoder` and `decoder`. */
  readonly correlation?: ModelCorrelation;
  /** The flow has 1 / `stride` of the input's size, its values are in pixels of the input. */
  readonly output: { readonly stride: number };
  /** Coarse-to-fine passes: by how much the images are shrunk for each. */
  readonly schedule: readonly number[];
  /** Whether the flow is refined on the images unless told otherwise; false where absent. */
  readonly refine: boolean;
}

/** A manifest with the fields of its task, or the common fields alone where the task is none that is known here. */
export type AnyManifest = ModelManifest | FlowManifest | PatchManifest | PairManifest;

/** What reads the fields of each task. */
const TASKS: Readonly<Record<string, (manifest: ModelManifest, root: Entry) => AnyManifest>> = {
  flow: parseFlow,
  patch: parsePatch,
  pair: parsePair,
};

/**
 * Checks the contents of a `model.json`.
 *
 * @param source where it came from, for the error's sentence
 * @throws ModelError that names the field, what was expected there and what it holds
 */
export function parseManifest(json: unknown, source: string): AnyManifest {
  const root = new Entry(json, '', source);
  const manifest: ModelManifest = {
    name: root.get('name').text(),
    task: root.get('task').text(),
    version: root.get('version').text(),
    description: root.get('description').text(),
    files: root.get('files').record(parseFile),
    licence: {
      code: root.get('licence').get('code').text(),
      weights: root.get('licence').get('weights').text(),
    },
    trainingData: root.get('trainingData').text(),
    scores: root.get('scores').record((set) => set.record((score) => score.number())),
    parameters: root.get('parameters').integer(0),
  };
  const parse = TASKS[manifest.task];
  return parse ? parse(manifest, root) : manifest;
}

function parseFile(entry: Entry): ModelFile {
  const file = entry.get('file').text();
  const sha256 = entry.get('sha256').text();
  // A name with a path in it could lead out of the model's folder.
  if (!/^[\w.-]+$/.test(file) || file.startsWith('.')) throw entry.get('file').fail('a plain file name');
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw entry.get('sha256').fail('64 hexadecimal digits');
  return { file, sha256, bytes: entry.get('bytes').integer(1) };
}

function parseFlow(manifest: ModelManifest, root: Entry): FlowManifest {
  const files = root.get('files');
  if (!manifest.files.fused) throw files.get('fused').fail('the fused graph');
  const correlation = parseCorrelation(root.get('correlation'));
  for (const part of correlation ? ['encoder', 'decoder'] : [])
    if (!manifest.files[part]) throw files.get(part).fail(`the ${part}, as correlation is given,`);
  const input = root.get('input');
  return {
    ...manifest,
    task: 'flow',
    input: {
      layout: input.get('layout').oneOf('NCHW'),
      channels: input.get('channels').oneOf('RGB'),
      range: input.get('range').range(),
      multipleOf: input.get('multipleOf').integer(1),
      fit: input.get('fit').oneOf('pad'),
    },
    correlation,
    output: { stride: root.get('output').get('stride').integer(1) },
    schedule: root.get('schedule').list((factor) => factor.integer(1)),
    refine: root.get('refine').value === undefined ? false : root.get('refine').flag(),
  };
}

function parseCorrelation(entry: Entry): ModelCorrelation | undefined {
  if (entry.absent()) return undefined;
  return {
    channels: entry.get('channels').integer(1),
    radius: entry.get('radius').integer(0),
    step: entry.get('step').integer(1),
    scale: entry.get('scale').oneOf('none', 'mean', 'sqrt'),
    stride: entry.get('stride').integer(1),
  };
}
