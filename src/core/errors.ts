/** The library's errors: every message says what was expected, what came and, where it helps, what to do. */

/** Base of the errors that are not plain argument mistakes. */
export class WhitherError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Sizes or shapes that do not fit together. */
export class ShapeError extends WhitherError {}

/** A model that is missing, damaged or unfit for the call. */
export class ModelError extends WhitherError {}

/** A compute backend that is unknown or absent on this machine. */
export class BackendError extends WhitherError {}

/** A file that is missing, damaged, of the wrong format or in the way. */
export class FileError extends WhitherError {}

/** A received value in words short enough for one line. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return `${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)} (string)`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'Object'})`;
  return `${String(value)} (${typeof value})`;
}

/** The first line of what was thrown. */
export function oneLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause)
    .split('\n')[0]
    .trim();
}

/** The one sentence for a wrong argument; throw it with `throw expected(...)`. */
export function expected(what: string, name: string, received: unknown, cure = ''): TypeError {
  return new TypeError(
    `Expected ${what} for ${name} but received ${describe(received)}${cure && `: ${cure}`}`,
  );
}

/** Checks that `value` is an integer in `minimum..maximum`. */
export function checkInteger(
  value: unknown,
  name: string,
  minimum = 0,
  maximum = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw expected('an integer', name, value);
  if (value < minimum || value > maximum) {
    const range =
      maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw new RangeError(`Expected an integer ${range} for ${name} but received ${value}`);
  }
  return value;
}

/** Checks that `value` is one of `choices` and gives it back with their type. */
export function checkOneOf<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  if (!choices.includes(value as T)) throw expected(`one of ${choices.join(', ')}`, name, value);
  return value as T;
}
