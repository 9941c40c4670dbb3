/** Plain data that kernels take and give: typed arrays with a layout and a unit on every field. */

declare global {
  /** What `esnext.disposable` declares, for TypeScript before 5.2 and for programs that do not ask for it. */
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/**
 * Feature vectors on a grid, channels first: the value of channel `c` at row `y`, column `x` is
 * `data[(c * height + y) * width + x]`.
 */
export interface FeatureMap {
  readonly channels: number;
  /** Rows, in cells of the feature grid. */
  readonly height: number;
  /** Columns, in cells of the feature grid. */
  readonly width: number;
  /** `channels * height * width` values. */
  readonly data: Float32Array;
}

/**
 * How the dot product of two feature vectors is divided: `none` as PyTorch's correlation extension,
 * `mean` by the number of channels as FlowNet (Dosovitskiy 2015), `sqrt` by its square root as RAFT
 * (Teed and Deng 2020).
 */
export type CorrelationScale = 'none' | 'mean' | 'sqrt';

/**
 * The local correlation of two feature maps of one shape (Dosovitskiy 2015, section 3):
 *
 * `out[k, y, x] = scale * sum_c a[c, y, x] * b[c, y + dy * step, x + dx * step]`
 *
 * with `dy, dx` in `-radius..radius`, `k = (dy + radius) * (2 * radius + 1) + (dx + radius)`:
 * dy is slow, dx fast. Cells of `b` outside the map count as zero.
 */
export interface CorrelationSpec {
  readonly channels: number;
  /** Rows of both maps, in cells. */
  readonly height: number;
  /** Columns of both maps, in cells. */
  readonly width: number;
  /** Displacements to each side, in steps; 0 compares each cell with its counterpart alone. */
  readonly radius: number;
  /** Cells between neighbouring displacements, 1 or more (`stride_2` of the FlowNet papers). */
  readonly step: number;
  readonly scale: CorrelationScale;
}

/**
 * Matching scores, displacement first: the score of displacement `k` at row `y`, column `x` is
 * `data[(k * height + y) * width + x]`.
 */
export interface CostVolume {
  /** `(2 * radius + 1) ** 2`. */
  readonly displacements: number;
  readonly height: number;
  readonly width: number;
  /** `displacements * height * width` values. */
  readonly data: Float32Array;
}

/** A grey image: `width * height` values, row by row. */
export interface GreyPlane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}
