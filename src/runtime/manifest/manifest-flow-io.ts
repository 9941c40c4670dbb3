import { nonZero, optional, positive } from './manifest-entry.ts';
import type { Entry } from './manifest-entry.ts';

/** Orders of the planes of an image. */
export const CHANNEL_ORDERS = ['RGB', 'BGR'] as const;
/** How an image of another size becomes one that a network takes. */
export const FITS = ['pad', 'centre', 'resize'] as const;
/** What the pixels that are added hold. */
export const PADDINGS = ['replicate', 'zero'] as const;
/** How two images share one input of a graph. */
export const STACKS = ['channels', 'frames'] as const;
/** Where the values of u and v stand: planes, or side by side for each pixel. */
export const OUTPUT_LAYOUTS = ['NCHW', 'NHWC'] as const;

/** How pixels become the network's input: 8-bit values are mapped linearly to `range`, planes of one channel each. */
export interface ModelInput {
  readonly layout: 'NCHW';
  readonly channels: (typeof CHANNEL_ORDERS)[number];
  /** The values of black and of white. */
  readonly range: readonly [number, number];
  /** What is taken from the values of each plane, in the order of `channels`; defaults to 0. */
  readonly mean?: readonly [number, number, number];
  /** What the rest is divided by, in the order of `channels`; defaults to 1. */
  readonly std?: readonly [number, number, number];
  /** Height and width that the network takes are multiples of this. */
  readonly multipleOf: number;
  /** Least height and width that the network takes; defaults to 1. */
  readonly smallest?: number;
  /** The one size that the network takes; other images are shrunk until they fit. Defaults to any size. */
  readonly size?: { readonly height: number; readonly width: number };
  /** `pad` adds rows and columns at the bottom and on the right, `centre` on all sides, `resize` stretches both axes. */
  readonly fit: (typeof FITS)[number];
  /** `replicate` (the default) repeats the image's edge, `zero` adds zeros of the network's own values. */
  readonly padding?: (typeof PADDINGS)[number];
  /**
   * Names of the graph's inputs: that of A and that of B, or that of the one which takes both. Defaults to `imageA` and
   * `imageB`.
   */
  readonly names?: readonly string[];
  /** Of one input for both images: `channels` (the default) has dims 1 x 6 x H x W, `frames` 1 x 2 x 3 x H x W. */
  readonly stack?: (typeof STACKS)[number];
}

/** How the network's output becomes flow. */
export interface ModelOutput {
  /** The flow has 1 / `stride` of the input's size. */
  readonly stride: number;
  /** Name of the graph's output; defaults to `flow`. */
  readonly name?: string;
  /** Where u and v stand among the output's channels; defaults to 0 and 1. */
  readonly channels?: readonly [u: number, v: number];
  /** What the values are multiplied by to be pixels of the input, from A to B; defaults to 1. */
  readonly scale?: number;
  /** Defaults to `NCHW`. */
  readonly layout?: (typeof OUTPUT_LAYOUTS)[number];
}

/**
 * Reads `input`.
 *
 * @param single whether the network is one graph, which alone may be fitted otherwise than by rows and columns at the end
 */
export function parseFlowInput(input: Entry, single: boolean): ModelInput {
  const layout = input.get('layout').oneOf('NCHW');
  const fit = input.get('fit').oneOf(...(single ? FITS : (['pad'] as const)));
  for (const key of ['smallest', 'size', 'padding', 'names', 'stack'])
    if (!single && !input.get(key).absent()) throw input.get(key).fail('none of a network in several graphs');
  return {
    layout,
    channels: input.get('channels').oneOf(...CHANNEL_ORDERS),
    range: input.get('range').range(),
    ...optional('mean', input, (entry) => triple(entry, (value) => value.number())),
    ...optional('std', input, (entry) => triple(entry, positive)),
    multipleOf: input.get('multipleOf').integer(1, 1024),
    ...optional('smallest', input, (entry) => entry.integer(1, 4096)),
    ...optional('size', input, parseSize),
    fit,
    ...optional('padding', input, (entry) => entry.oneOf(...PADDINGS)),
    ...optional('names', input, parseNames),
    ...optional('stack', input, (entry) => entry.oneOf(...STACKS)),
  };
}

/** Reads `output`; a network in several graphs has a stride alone. */
export function parseFlowOutput(output: Entry, single: boolean): ModelOutput {
  for (const key of ['name', 'channels', 'scale', 'layout'])
    if (!single && !output.get(key).absent())
      throw output.get(key).fail('none of a network in several graphs');
  return {
    stride: output.get('stride').integer(1, 256),
    ...optional('name', output, (entry) => entry.text()),
    ...optional('channels', output, parseChannels),
    ...optional('scale', output, nonZero),
    ...optional('layout', output, (entry) => entry.oneOf(...OUTPUT_LAYOUTS)),
  };
}

function triple(entry: Entry, read: (item: Entry) => number): [number, number, number] {
  const values = entry.list(read);
  if (values.length !== 3) throw entry.fail('three numbers, one for each channel');
  return values as [number, number, number];
}

const parseSize = (entry: Entry): { height: number; width: number } => ({
  height: entry.get('height').integer(1, 16384),
  width: entry.get('width').integer(1, 16384),
});

function parseNames(entry: Entry): string[] {
  const names = entry.list((item) => item.text());
  if (names.length > 2) throw entry.fail('one or two names');
  return names;
}

function parseChannels(entry: Entry): [number, number] {
  const channels = entry.list((item) => item.integer(0, 1024));
  if (channels.length !== 2 || channels[0] === channels[1]) throw entry.fail('two channels, of u and of v');
  return [channels[0], channels[1]];
}
