/**
 * Where everything lies in the memory of the refinement.
 *
 * A row of the flow is split into its even and its odd columns. The two colours of the red-black solver alternate
 * between the halves from row to row, and all neighbours of four cells of one colour lie side by side in the other:
 * to the left and right in the other half of the row, above and below in the same half of the next rows.
 */

/** Bytes before the first value of a row. */
export const MARGIN: usize = 16;

/** What the host writes at address 64. Addresses and strides in bytes. */
@unmanaged
export class Sizes {
  channels: usize;
  height: i32;
  width: usize;
  /** Of four columns in each half of a row. */
  groups: usize;
  /** From one half of a row to the other, with room for four values on either side. */
  half: usize;
  /**
   * A record holds all that the solver needs of a row: in halves u, v and the weights of smoothness to the right and
   * down, then the equations of each half. There is an empty record above the first row and one below the last.
   */
  records: usize;
  recordStride: usize;
  /** Of the equations, five vectors for each group. */
  equationsHalf: usize;
  /** Motion tensors: in each half of a row fourteen vectors for each group. */
  tensors: usize;
  tensorHalf: usize;
  /** The smoothed image A, channel by channel within each row. */
  a: usize;
  aStride: usize;
  /** The smoothed image B, four values a pixel, with a column and a row to spare. */
  b: usize;
  bStride: usize;
  /** Planes of an image as it came, rows with room on either side; the tensors come later into the same place. */
  raw: usize;
  /** Also of the channels of A and of the ring. */
  rawStride: usize;
  /** Confidence of each row, in halves. */
  confidence: usize;
  /** Half the weight of smoothness of each row, in halves. */
  smoothness: usize;
  /** Of each thread: the last eight rows of the mean and the change of the images, and their trust. */
  ring: usize;
  ringStride: usize;
  /** Of each thread: a row of B carried back, four values a pixel. */
  carried: usize;
  /** Half sweeps of one iteration. */
  steps: i32;
  /** Rows, and as many more as the last half sweep is behind the first. */
  fronts: i32;
}

/** What the host writes at address 192 for each run. */
@unmanaged
export class Parameters {
  /** Of the smoothing: the outer and the middle weight. */
  share: f32;
  centre: f32;
  /** Half of each weight of the energy. */
  alpha: f32;
  delta: f32;
  gamma: f32;
  epsilonSquare: f32;
  omega: f32;
  /** `1 - omega`. */
  keep: f32;
  /** The flatness of differences over two pixels and of those over four. */
  flat2: f32;
  flat4: f32;
  /** Of the root of the squared differences over two pixels. */
  edges: f32;
}

export function sizes(): Sizes {
  return changetype<Sizes>(64);
}

export function parameters(): Parameters {
  return changetype<Parameters>(192);
}

/** The place of u in the record of a row, -1 to height. */
export function recordOf(row: i32): usize {
  return sizes().records + MARGIN + (row + 1) * sizes().recordStride;
}

/** A row of the image, or the nearest there is. */
export function clampRow(row: i32): usize {
  return min(max(row, 0), sizes().height - 1);
}

/** Adds the squared difference of two values. */
export function addSquare(sum: v128, a: v128, b: v128): v128 {
  const difference = f32x4.sub(a, b);
  return f32x4.add(sum, f32x4.mul(difference, difference));
}
