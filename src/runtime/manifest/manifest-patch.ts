import { nonZero, optional, positive } from './manifest-entry.ts';
import type { Entry } from './manifest-entry.ts';
import type { ModelManifest } from './model-manifest.ts';

/** How a patch becomes a network's input: planes of `size` x `size`, 8-bit values mapped linearly. */
export interface PatchInput {
  readonly layout: 'NCHW';
  readonly channels: 'grey' | 'RGB' | 'BGR';
  /** The values of black and of white. */
  readonly range: readonly [number, number];
  /** What is taken from the values of each plane, in the order of `channels`; defaults to 0. */
  readonly mean?: readonly number[];
  /** What the rest is divided by, in the order of `channels`; defaults to 1. */
  readonly std?: readonly number[];
  /** Side in pixels. */
  readonly size: number;
  /** Names of the graph's inputs; they default to `patches`, of a pair to `patchA` and `patchB`. */
  readonly names?: readonly string[];
  /** Most patches of one run; defaults to 64. */
  readonly batch?: number;
}

/** How a network's output is read. */
export interface PatchOutput {
  /** Name of the graph's output; defaults to `descriptors`, of a pair to `score`. */
  readonly name?: string;
  /** What scores of a pair are multiplied by, such as -1 for distances; defaults to 1. */
  readonly scale?: number;
}

/** Distances that a network may have been trained for. */
export const TRAINED_METRICS = ['l1', 'l2', 'squared-l2', 'dot', 'cosine', 'angular'] as const;
/** A distance that a network was trained for. */
export type TrainedMetric = (typeof TRAINED_METRICS)[number];

/** A distance at or below which two patches count as the same, and how often two others do. */
export interface DistanceThreshold {
  /** Share of differing pairs let through, above 0 and below 1, measured on held-out generated pairs. */
  readonly falsePositiveRate: number;
  readonly distance: number;
}

/** The fully convolutional form of a descriptor network. */
export interface DenseOutput {
  /** Pixels between neighbouring cells. */
  readonly stride: number;
  /** Pixel coordinate, on both axes, of the centre of the square that the first cell describes. */
  readonly origin: number;
  /** Height and width that the graph takes are multiples of this; the last row and column are repeated. */
  readonly multipleOf: number;
}

/** `model.json` of a network that describes one patch: graph `patch`, and `dense` where that field is given. */
export interface PatchManifest extends ModelManifest {
  readonly task: 'patch';
  readonly input: PatchInput;
  readonly output?: PatchOutput;
  readonly descriptor: {
    readonly length: number;
    /** Whether descriptors have Euclidean length 1. */
    readonly unit: boolean;
    readonly metric: TrainedMetric;
  };
  readonly dense?: DenseOutput;
  readonly thresholds: readonly DistanceThreshold[];
}

/** A score at or above which two patches count as the same, and how often two others do. */
export interface ScoreThreshold {
  /** Share of differing pairs let through, above 0 and below 1, measured on held-out generated pairs. */
  readonly falsePositiveRate: number;
  readonly score: number;
}

/** `model.json` of a network that compares two patches: graph `pair`. */
export interface PairManifest extends ModelManifest {
  readonly task: 'pair';
  readonly input: PatchInput & {
    /** Whether patches of any side from `smallest` on go through as they are. */
    readonly anySize: boolean;
    /** Least side in pixels; `size` where the network takes no other. */
    readonly smallest: number;
  };
  readonly output?: PatchOutput;
  /** Whether the score of A and B is that of B and A by construction. */
  readonly symmetric: boolean;
  readonly thresholds: readonly ScoreThreshold[];
}

/** Reads the fields of task `patch`. */
export function parsePatch(manifest: ModelManifest, root: Entry): PatchManifest {
  requireFile(manifest, root, 'patch');
  const descriptor = root.get('descriptor');
  const dense = root.get('dense');
  const hasDense = !dense.absent();
  if (hasDense) requireFile(manifest, root, 'dense');
  return {
    ...manifest,
    task: 'patch',
    input: parseInput(root.get('input'), 1),
    ...parseOutput(root.get('output')),
    descriptor: {
      length: descriptor.get('length').integer(1, 65536),
      unit: descriptor.get('unit').flag(),
      metric: descriptor.get('metric').oneOf(...TRAINED_METRICS),
    },
    ...(hasDense && { dense: parseDense(dense) }),
    thresholds: parseThresholds(root, (entry) => ({ distance: entry.get('distance').number() })),
  };
}

/** Reads the fields of task `pair`. */
export function parsePair(manifest: ModelManifest, root: Entry): PairManifest {
  requireFile(manifest, root, 'pair');
  const entry = root.get('input');
  const input = parseInput(entry, 2);
  const [anySize, smallest] = [entry.get('anySize'), entry.get('smallest')];
  return {
    ...manifest,
    task: 'pair',
    input: {
      ...input,
      anySize: anySize.absent() ? false : anySize.flag(),
      smallest: smallest.absent() ? input.size : smallest.integer(1, 1024),
    },
    ...parseOutput(root.get('output')),
    symmetric: root.get('symmetric').flag(),
    thresholds: parseThresholds(root, (threshold) => ({ score: threshold.get('score').number() })),
  };
}

function requireFile(manifest: ModelManifest, root: Entry, part: string): void {
  if (!manifest.files[part]) throw root.get('files').get(part).fail(`the ${part} graph`);
}

function parseInput(input: Entry, images: 1 | 2): PatchInput {
  const channels = input.get('channels').oneOf('grey', 'RGB', 'BGR');
  const planes = channels === 'grey' ? 1 : 3;
  return {
    layout: input.get('layout').oneOf('NCHW'),
    channels,
    range: input.get('range').range(),
    ...optional('mean', input, (mean) => listOf(planes, mean, (value) => value.number())),
    ...optional('std', input, (std) => listOf(planes, std, positive)),
    size: input.get('size').integer(1, 1024),
    ...optional('names', input, (names) => listOf(images, names, (name) => name.text())),
    ...optional('batch', input, (batch) => batch.integer(1, 4096)),
  };
}

function parseOutput(output: Entry): { output?: PatchOutput } {
  if (output.absent()) return {};
  return {
    output: {
      ...optional('name', output, (name) => name.text()),
      ...optional('scale', output, nonZero),
    },
  };
}

function listOf<T>(count: number, entry: Entry, read: (item: Entry) => T): T[] {
  const values = entry.list(read);
  if (values.length !== count) throw entry.fail(`a list of ${count}`);
  return values;
}

function parseDense(dense: Entry): DenseOutput {
  return {
    stride: dense.get('stride').integer(1, 256),
    origin: dense.get('origin').number(),
    multipleOf: dense.get('multipleOf').integer(1, 1024),
  };
}

/** The thresholds, by rising rate; none where the field is absent. */
function parseThresholds<T extends object>(
  root: Entry,
  limit: (entry: Entry) => T,
): ({ falsePositiveRate: number } & T)[] {
  const list = root.get('thresholds');
  if (list.absent()) return [];
  const thresholds = list.list((entry) => {
    const rate = entry.get('falsePositiveRate');
    const falsePositiveRate = rate.number();
    if (falsePositiveRate <= 0 || falsePositiveRate >= 1) throw rate.fail('a number above 0 and below 1');
    return { falsePositiveRate, ...limit(entry) };
  });
  return thresholds.sort((a, b) => a.falsePositiveRate - b.falsePositiveRate);
}
