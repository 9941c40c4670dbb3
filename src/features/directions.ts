/** Directions of gradients from a table: no arc tangent and no branch, for they take most of the time elsewhere. */

/** Directions are whole numbers, this many a turn. */
export const TURN = 4096;

const SIDE = 256;
/** The direction of every pair of a cosine and a sine, each in steps of 1 / 127; half a degree is the worst error. */
const TABLE = Uint16Array.from({ length: SIDE * SIDE }, (_, k) => {
  const [x, y] = [(k % SIDE) - 127.5, Math.floor(k / SIDE) - 127.5];
  return Math.round((Math.atan2(y, x) * TURN) / (2 * Math.PI) + TURN) % TURN;
});

/**
 * The direction of a vector of length `size`, from x towards y, 0 to {@link TURN} - 1; any where the length is 0.
 */
export function directionOf(dx: number, dy: number, size: number): number {
  const scale = 127.4 / size;
  const column = (dx * scale + 128) | 0;
  const row = (dy * scale + 128) | 0;
  return TABLE[(row * SIDE + column) & (SIDE * SIDE - 1)];
}
