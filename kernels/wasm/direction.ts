import * as w from './code.ts';
import type { Code, Local, Locals } from './code.ts';

/** The arc tangent of 0 to 1 in eighths of a turn: Abramowitz and Stegun 1964, 4.4.49, wrong by 1e-5 at most. */
const ARC_TANGENT = [0.999866, -0.3302995, 0.180141, -0.085133, 0.0208351].map((c) => (c * 4) / Math.PI);

/** Locals that {@link directions} works with. */
export interface DirectionLocals {
  readonly across: Local;
  readonly along: Local;
  readonly steep: Local;
}

export const directionLocals = (locals: Locals): DirectionLocals => ({
  across: locals.vector(),
  along: locals.vector(),
  steep: locals.vector(),
});

/** Sets `out` to the directions of four vectors, from x towards y, in eighths of a turn from 0 to 8. */
export function directions(
  out: Local,
  dx: Local,
  dy: Local,
  { across, along, steep }: DirectionLocals,
): Code {
  const { add, below, divide, greatest, least, multiply, select, splat, subtract, zero } = w.f32x4;
  const magnitude = (a: Local): Code => greatest(w.get(a), subtract(zero, w.get(a)));
  /** `out` becomes its difference to so many eighths where the condition holds. */
  const mirror = (eighths: number, where: Code): Code =>
    w.set(out, select(subtract(splat(eighths), w.get(out)), w.get(out), where));
  const [last, ...lower] = ARC_TANGENT.toReversed();
  const polynomial = lower.reduce((sum, c) => add(multiply(sum, w.get(along)), splat(c)), splat(last));
  return [
    ...w.set(across, magnitude(dx)),
    ...w.set(along, magnitude(dy)),
    ...w.set(steep, below(w.get(across), w.get(along))),
    ...w.set(
      out,
      divide(
        least(w.get(across), w.get(along)),
        greatest(greatest(w.get(across), w.get(along)), splat(1e-20)),
      ),
    ),
    ...w.set(along, multiply(w.get(out), w.get(out))),
    ...w.set(out, multiply(w.get(out), polynomial)),
    ...mirror(2, w.get(steep)),
    ...mirror(4, below(w.get(dx), zero)),
    ...mirror(8, below(w.get(dy), zero)),
  ];
}
