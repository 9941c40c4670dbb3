import { expected } from '../../core/index.ts';

/** Checks that `value` is a share above 0 and below 1, or at most 1. */
export function checkRate(value: unknown, name: string, closed = false): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw expected('a number', name, value);
  if (value <= 0 || value > 1 || (value === 1 && !closed))
    throw new RangeError(
      `Expected a number above 0 and ${closed ? 'at most' : 'below'} 1 for ${name} but received ${value}`,
    );
  return value;
}
