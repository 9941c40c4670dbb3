import { ModelError, oneLine } from '../core/index.ts';
import type { Image, Size, Tensor } from '../core/index.ts';
import { outputShape } from '../flow/adapt/index.ts';
import type { ModelInput, Session } from '../runtime/index.ts';
import { describeDims } from './graph-inputs.ts';
import { runPair } from './run-pair.ts';

/** An output that has the size of a flow. */
export interface FoundOutput {
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  /** Pixels of the input to a cell. */
  readonly stride: number;
  /** Two, or more where it tells more than u and v. */
  readonly channels: number;
}

/** Sizes that a graph takes, and what it gives of them. */
export interface FoundSizes {
  readonly multipleOf: number;
  readonly smallest?: number;
  readonly output: FoundOutput;
  /** A size that it takes, good for probing. */
  readonly size: Size;
}

/** What the caller knows already. */
export interface GivenSizes {
  readonly multipleOf?: number;
  readonly smallest?: number;
  readonly output?: string;
}

const MULTIPLES = [1, 2, 4, 8, 16, 32, 64, 128];
/** Least height and width of what is probed, where the graph takes it. */
const PROBED: Size = { width: 256, height: 192 };
const LARGEST_STRIDE = 64;

/**
 * Tries sizes until the graph takes one and gives flow of it. Each size tried is an odd multiple, so that a network that needs a
 * larger one fails.
 *
 * @throws ModelError where there is none
 */
export async function findSizes(session: Session, input: ModelInput, given: GivenSizes): Promise<FoundSizes> {
  if (input.size) {
    const found = await tryAt(session, input, input.size, given.output);
    if ('reason' in found) throw noFlow(found.reason, given);
    return { multipleOf: 1, output: found, size: input.size };
  }
  let reason = '';
  for (const multipleOf of given.multipleOf ? [given.multipleOf] : MULTIPLES) {
    const size = oddMultiple(multipleOf, given.smallest ?? 1);
    const found = await tryAt(session, input, size, given.output);
    if ('reason' in found) {
      reason = found.reason;
      continue;
    }
    const smallest = given.smallest ?? (await findSmallest(session, input, multipleOf, found));
    return { multipleOf, ...(smallest > multipleOf && { smallest }), output: found, size };
  }
  throw noFlow(reason, given);
}

function noFlow(reason: string, { multipleOf, output }: GivenSizes): ModelError {
  const asked = [output && `as ${output}`, multipleOf && `at multiples of ${multipleOf}`].filter(Boolean);
  return new ModelError(
    `Expected a graph that gives two channels of the images' size, or of a whole part of it,${asked.length ? ` ${asked.join(' ')},` : ''} ` +
      `but ${reason}: name its output, or say what its sizes are multiples of`,
  );
}

/** The least size with an odd number of multiples on both sides, of about the size that is probed. */
function oddMultiple(multiple: number, smallest: number): Size {
  const side = (least: number): number => {
    const count = Math.ceil(Math.max(least, smallest) / multiple);
    return (count % 2 ? count : count + 1) * multiple;
  };
  return { width: side(PROBED.width), height: side(PROBED.height) };
}

/** The least side that works, by doubling. */
async function findSmallest(
  session: Session,
  input: ModelInput,
  multipleOf: number,
  wanted: FoundOutput,
): Promise<number> {
  const most = Math.min(PROBED.width, PROBED.height);
  for (let side = multipleOf; side < most; side *= 2) {
    const found = await tryAt(session, input, { width: side, height: side }, wanted.name);
    if (!('reason' in found) && found.stride === wanted.stride) return side;
  }
  return most;
}

/** An image of which nothing but the size matters. */
const anyImage = ({ width, height }: Size): Image => ({
  ...{ width, height },
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 251),
});

/** What the graph gives of a size, or why it gives nothing of use. */
async function tryAt(
  session: Session,
  input: ModelInput,
  size: Size,
  name: string | undefined,
): Promise<FoundOutput | { readonly reason: string }> {
  const image = anyImage(size);
  let outputs: Record<string, Tensor>;
  try {
    outputs = await runPair(session, image, image, { ...input, multipleOf: 1 });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { reason: `at ${size.width} x ${size.height} ${oneLine(error)}` };
  }
  const found = pickOutput(outputs, size, name);
  if (found) return found;
  const dims = Object.entries(outputs).map(([each, tensor]) => `${each} of ${describeDims(tensor.dims)}`);
  return { reason: `at ${size.width} x ${size.height} it gives ${dims.join(', ')}` };
}

/** Of the outputs that can be a flow the last of those of the finest grid. */
function pickOutput(
  outputs: Readonly<Record<string, Tensor>>,
  size: Size,
  name: string | undefined,
): FoundOutput | undefined {
  const found = Object.entries(outputs)
    .filter(([each]) => name === undefined || each === name)
    .flatMap(([each, tensor]) => asFlow(each, tensor, size));
  const finest = Math.min(...found.map(({ stride }) => stride));
  return found.filter(({ stride }) => stride === finest).at(-1);
}

function asFlow(name: string, tensor: Tensor, size: Size): FoundOutput[] {
  for (const layout of ['NCHW', 'NHWC'] as const) {
    const shape = outputShape(tensor, { layout });
    if (!shape || shape.channels < 2) continue;
    const [across, down] = [size.width / shape.width, size.height / shape.height];
    const whole = Number.isInteger(across) && across === down && across <= LARGEST_STRIDE;
    if (whole && tensor.data.every(Number.isFinite))
      return [{ name, layout, stride: across, channels: shape.channels }];
  }
  return [];
}
