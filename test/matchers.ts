import { expect } from 'vitest';

/** Names the worst mismatch with its index, which a plain comparison of long arrays does not. */
function worst(
  received: ArrayLike<number>,
  wanted: ArrayLike<number>,
): { index: number; difference: number } {
  let index = -1;
  let difference = 0;
  for (let i = 0; i < wanted.length; i++) {
    const d = Math.abs(received[i] - wanted[i]);
    if (!(d <= difference)) {
      index = i;
      difference = Number.isNaN(d) ? Infinity : d;
    }
  }
  return { index, difference };
}

expect.extend({
  /** Every value within `tolerance` of the wanted one; NaN never passes. */
  toBeCloseToArray(received: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number) {
    const { index, difference } = worst(received, wanted);
    const sameLength = received.length === wanted.length;
    return {
      pass: sameLength && difference <= tolerance,
      message: () =>
        sameLength
          ? `worst mismatch at index ${index}: ${received[index]} instead of ${wanted[index]}, ` +
            `${difference} apart where ${tolerance} is allowed`
          : `${received.length} values instead of ${wanted.length}`,
    };
  },
});

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface Matchers<T> {
    toBeCloseToArray(wanted: ArrayLike<number>, tolerance: number): void;
  }
}
