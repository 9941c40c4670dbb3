/** Where a descriptor's samples lie, and what each counts in the cells around it. */

/** Cells along each side, and directions that each of them counts. */
export const [CELLS, DIRECTIONS] = [4, 8];
/** Values a descriptor. */
export const LENGTH = CELLS * CELLS * DIRECTIONS;
/** Samples along a cell. */
const DENSITY = 3;
/** Samples along each side: half a cell around the cells matters too, since gradients are shared among the nearest. */
export const SIDE = (CELLS + 1) * DENSITY;

/** Sample `k` along either side, in cells from the middle. */
export const offsetOf = (k: number): number => (k + 0.5) / DENSITY - (CELLS + 1) / 2;

/**
 * What a sample counts in each cell along the same side: shared between the two nearest, and weighted by a Gaussian of
 * half the descriptor's side. The weight of a sample in a cell is the product of those along both sides.
 */
export function weightsOf(k: number): number[] {
  const offset = offsetOf(k);
  const gaussian = Math.exp(-(offset * offset) / (CELLS * CELLS * 0.5));
  return Array.from({ length: CELLS }, (_, cell) => {
    const away = Math.abs(offset + CELLS / 2 - 0.5 - cell);
    return away < 1 ? gaussian * (1 - away) : 0;
  });
}
