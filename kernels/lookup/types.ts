import type { CorrelationScale } from '../types.ts';

/** The maps that a lookup is prepared for, in cells; both are of one size. */
export interface LookupSpec {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Displacements to each side of where the flow points, 0 to 16. */
  readonly radius: number;
  /**
   * Factors, 1 to 16, by which B is made coarser, each for a window of its own: a window on the mean of 4 x 4 cells sees
   * four times as far. `[1]`, B as it is, by default.
   */
  readonly reaches?: readonly number[];
  /** How the dot products are divided; `none` by default. */
  readonly scale?: CorrelationScale;
}
