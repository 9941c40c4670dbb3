/** The grey of a colour by ITU-R BT.601, in the unit of its parts. */
export const luma = (red: number, green: number, blue: number): number =>
  0.299 * red + 0.587 * green + 0.114 * blue;

/** That of the pixel whose red stands at `at`. */
export const lumaAt = (data: ArrayLike<number>, at: number): number =>
  luma(data[at], data[at + 1], data[at + 2]);
