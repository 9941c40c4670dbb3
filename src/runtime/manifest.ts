import { ModelError, describe } from '../core/errors.ts';

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

/** A part of a parsed `model.json`, with the path that leads to it. */
class Entry {
  readonly value: unknown;
  readonly path: string;
  readonly source: string;

  constructor(value: unknown, path: string, source: string) {
    this.value = value;
    this.path = path;
    this.source = source;
  }

  fail(what: string): ModelError {
    return new ModelError(
      `Expected ${what} ${this.path && `for ${this.path} `}in ${this.source} but received ${describe(this.value)}`,
    );
  }

  get(key: string): Entry {
    return new Entry(this.object()[key], this.path ? `${this.path}.${key}` : key, this.source);
  }

  object(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.fail('an object');
    return value as Record<string, unknown>;
  }

  entries(): [string, Entry][] {
    return Object.keys(this.object()).map((key) => [key, this.get(key)]);
  }

  text(): string {
    if (typeof this.value !== 'string' || !this.value) throw this.fail('a text');
    return this.value;
  }

  oneOf<T extends string>(...choices: T[]): T {
    if (!choices.includes(this.value as T)) throw this.fail(choices.map((c) => `"${c}"`).join(' or '));
    return this.value as T;
  }

  number(): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) throw this.fail('a number');
    return this.value;
  }

  integer(minimum: number): number {
    const value = this.number();
    if (!Number.isInteger(value) || value < minimum) throw this.fail(`an integer of at least ${minimum}`);
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.fail('true or false');
    return this.value;
  }

  list<T>(read: (entry: Entry) => T): T[] {
    if (!Array.isArray(this.value) || !this.value.length) throw this.fail('a list');
    return this.value.map((item, i) => read(new Entry(item, `${this.path}[${i}]`, this.source)));
  }

  record<T>(read: (entry: Entry) => T): Record<string, T> {
    return Object.fromEntries(this.entries().map(([key, entry]) => [key, read(entry)]));
  }
}

/**
 * Checks the contents of a `model.json`.
 *
 * @param source where it came from, for the error's sentence
 * @throws ModelError that names the field, what was expected there and what it holds
 */
export function parseManifest(json: unknown, source: string): ModelManifest | FlowManifest {
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
  return manifest.task === 'flow' ? parseFlow(manifest, root) : manifest;
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
  const range = input.get('range').list((bound) => bound.number());
  if (range.length !== 2 || range[0] >= range[1]) throw input.get('range').fail('[black, white]');
  return {
    ...manifest,
    task: 'flow',
    input: {
      layout: input.get('layout').oneOf('NCHW'),
      channels: input.get('channels').oneOf('RGB'),
      range: [range[0], range[1]],
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
  if (entry.value === undefined || entry.value === null) return undefined;
  return {
    channels: entry.get('channels').integer(1),
    radius: entry.get('radius').integer(0),
    step: entry.get('step').integer(1),
    scale: entry.get('scale').oneOf('none', 'mean', 'sqrt'),
    stride: entry.get('stride').integer(1),
  };
}
