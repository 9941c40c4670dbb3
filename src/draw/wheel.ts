/**
 * The colour wheel of the Middlebury flow benchmark (Baker 2011; colours after Scharstein's `colorcode`):
 * 55 colours, unevenly spaced so that neighbours look equally far apart.
 */

/** Steps from red to yellow, yellow to green, ... magenta to red. */
const STEPS = [15, 6, 4, 11, 13, 6] as const;

export const WHEEL_COLORS = STEPS.reduce((sum, n) => sum + n, 0);

/** Red, green and blue of the 55 colours, 0 to 1. */
const WHEEL = makeWheel();

function makeWheel(): Float64Array {
  const corners = [
    [255, 0, 0],
    [255, 255, 0],
    [0, 255, 0],
    [0, 255, 255],
    [0, 0, 255],
    [255, 0, 255],
  ];
  const wheel = new Float64Array(WHEEL_COLORS * 3);
  let at = 0;
  STEPS.forEach((steps, segment) => {
    const from = corners[segment];
    const to = corners[(segment + 1) % corners.length];
    for (let i = 0; i < steps; i++) {
      // The published table rounds the change down, rising and falling alike.
      const change = Math.floor((255 * i) / steps);
      for (let c = 0; c < 3; c++) wheel[at++] = (from[c] + Math.sign(to[c] - from[c]) * change) / 255;
    }
  });
  return wheel;
}

/**
 * Writes the colour of motion (u, v), in units of the wheel's radius, to `out[at]` to `out[at + 2]`: hue by
 * direction, white in the middle to full colour at the rim, three quarters as bright beyond it. Right is red,
 * down yellow, left cyan, up blue-violet. The steps between the colours and the final rounding down are those of
 * the published code; `v = -0` with motion to the right gives the wheel's last colour instead of its first,
 * as there.
 */
export function writeWheelColor(u: number, v: number, out: Uint8Array, at: number): void {
  const radius = Math.sqrt(u * u + v * v);
  const position = ((Math.atan2(-v, -u) / Math.PI + 1) / 2) * (WHEEL_COLORS - 1);
  const first = position | 0;
  const a = first * 3;
  const b = first + 1 === WHEEL_COLORS ? 0 : a + 3;
  const part = position - first;
  for (let c = 0; c < 3; c++) {
    const hue = (1 - part) * WHEEL[a + c] + part * WHEEL[b + c];
    // An array of bytes drops what follows the point, which is the floor that the definition asks for.
    out[at + c] = 255 * (radius <= 1 ? 1 - radius * (1 - hue) : hue * 0.75);
  }
}
