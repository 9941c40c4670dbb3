import type { FlowField, ScalarField } from '../core/index.ts';

/** The frame on the other side of one, and how far it is in time. */
export interface OtherSide {
  /** From the frame between the two to it. */
  readonly flow: FlowField;
  /** How probable it is that it shows a pixel, 0 to 1. */
  readonly visible: ScalarField;
  /** Its distance in time over that of the frame that the path leads to. */
  readonly distance: number;
}

/**
 * How far each pixel has gone at a time from 0, where it is, to 1, where the flow takes it: along a parabola through both
 * places and the one on the other side, where both frames show it, else along a straight line.
 *
 * @returns `height * width * 2` values in pixels, u and v interleaved
 */
export function pathsTo(
  time: number,
  flow: FlowField,
  visible: ScalarField,
  other?: OtherSide,
): Float32Array {
  const { data } = flow;
  const paths = data.map((value) => time * value);
  if (!other) return paths;
  // x(t) = v t + a t t with x(1) = flow and x(-d) = other.
  const d = other.distance;
  const bend = (time * time - time) / (1 + d);
  for (let i = 0; i < paths.length; i++) {
    const sure = visible.data[i >> 1] * other.visible.data[i >> 1];
    paths[i] += sure * bend * (data[i] + other.flow.data[i] / d);
  }
  return paths;
}
