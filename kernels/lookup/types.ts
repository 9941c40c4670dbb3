import type { CorrelationScale } from '../types.ts';

/** The maps that a lookup is prepared for, in cells; both are of one size. */
export interface LookupSpec {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Displacements to each side of where the flow points, 0 to 16. */
  readonly radius: number;
  /** How the dot products are divided; `none` by default. */
  readonly scale?: CorrelationScale;
}
