import { ModelError } from '../core/index.ts';
import type { Size } from '../core/index.ts';
import type { GraphValue, Session } from '../runtime/index.ts';

/** What a graph itself tells of the images that it takes. */
export interface ImageInputs {
  /** One name where both images share an input. */
  readonly names: readonly string[];
  readonly stack?: 'channels' | 'frames';
  /** Undefined where it takes any. */
  readonly size?: Size;
  readonly type: string;
}

/**
 * The inputs that take two images.
 *
 * @param given their names, where there are more or in another order
 * @throws ModelError where the graph takes something else
 */
export function readImageInputs(session: Session, given?: readonly string[]): ImageInputs {
  const values = pickInputs(session, given);
  const [{ dims, type }] = values;
  const names = values.map(({ name }) => name);
  for (const value of values) checkType(value);
  const stack = names.length === 2 ? undefined : stackOf(values[0]);
  if (!stack) for (const value of values) checkDims(value, [1, 3], '1 x 3 x height x width');
  const [height, width] = dims.slice(-2);
  if ((height === null) !== (width === null))
    throw new ModelError(
      `Expected both height and width of ${names[0]} to be open or both fixed but received ${describeDims(dims)}: ` +
        'export it with both open',
    );
  return { names, ...(stack && { stack }), ...(height && width && { size: { height, width } }), type };
}

/** All inputs that the graph has, or those named. */
export function pickInputs(session: Session, given?: readonly string[], most = 2): GraphValue[] {
  const known = session.inputs.join(', ');
  const values = (given ?? session.inputs).map((name) => {
    const value = session.inputValues.find((each) => each.name === name);
    if (value) return value;
    throw new ModelError(
      `Expected the name of an input of the graph (${known}) but received ${JSON.stringify(name)}`,
    );
  });
  const unfed = session.inputs.filter((name) => !values.some((value) => value.name === name));
  if (values.length >= 1 && values.length <= most && !unfed.length) return values;
  throw new ModelError(
    `Expected a graph whose inputs are ${most === 2 ? 'one or two images' : 'images'} alone but it has ${known}: ` +
      'export it with all else fixed inside',
  );
}

/** Throws a ModelError where the input takes no floats. */
export function checkType({ name, type }: GraphValue): void {
  if (type !== 'float32' && type !== 'float16')
    throw new ModelError(`Expected float32 or float16 for the graph's input ${name} but it takes ${type}`);
}

function stackOf(value: GraphValue): 'channels' | 'frames' {
  if (value.dims.length === 5) {
    checkDims(value, [1, 2, 3], '1 x 2 x 3 x height x width');
    return 'frames';
  }
  checkDims(value, [1, 6], '1 x 6 x height x width, since it takes both images');
  return 'channels';
}

/** The first dims, where the graph says them, and how many there are. */
function checkDims({ name, dims }: GraphValue, first: readonly number[], what: string): void {
  const fits = first.every((dim, i) => dims[i] === dim || dims[i] === null);
  if (dims.length === first.length + 2 && fits) return;
  throw new ModelError(`Expected an input ${name} of ${what} but the graph declares ${describeDims(dims)}`);
}

export const describeDims = (dims: readonly (number | null)[]): string =>
  dims.map((dim) => dim ?? 'any').join(' x ') || 'a single number';
