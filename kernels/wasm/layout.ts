const PAGE = 65536;
const MOST_BYTES = 2 ** 31;

export const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

/** Workers out memory. */
export interface Layout {
  /** Bytes from 0 to the place for this many floats, on a cache line of its own. */
  place(floats: number): number;
  /** The size of all, in units of 64 KiB. */
  pages(): number;
  /** The same in bytes; infinite where it does not fit. */
  bytes(): number;
}

/** @param what fits in 2 GiB, or else the error says that it was expected to */
export function createLayout(what: string): Layout {
  let end = 64;
  // Vectors may read a little past the end of a region.
  const pagesNeeded = (): number => Math.ceil((end + 256) / PAGE);
  return {
    place(floats) {
      const at = end;
      end = roundUp(at + floats * 4, 64);
      return at;
    },
    pages() {
      if (end > MOST_BYTES)
        throw new RangeError(
          `Expected ${what} in 2 GiB but received ${(end / 2 ** 30).toFixed(1)} GiB of work`,
        );
      return pagesNeeded();
    },
    bytes: () => (end <= MOST_BYTES ? PAGE * pagesNeeded() : Infinity),
  };
}
