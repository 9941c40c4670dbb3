/**
 * The direction of a vector in radians, -pi to pi, right to 2e-6: an odd polynomial for the arc tangent of the
 * lesser over the greater component, brought to its octant. Several times as fast as `Math.atan2`.
 */
export function fastAngle(y: number, x: number): number {
  const [ax, ay] = [Math.abs(x), Math.abs(y)];
  const greater = ax > ay ? ax : ay;
  if (greater === 0) return 0;
  const t = (ax > ay ? ay : ax) / greater;
  const s = t * t;
  let angle =
    t *
    (0.99997726 +
      s * (-0.33262347 + s * (0.19354346 + s * (-0.11643287 + s * (0.05265332 - s * 0.0117212)))));
  if (ay > ax) angle = Math.PI / 2 - angle;
  if (x < 0) angle = Math.PI - angle;
  return y < 0 ? -angle : angle;
}
