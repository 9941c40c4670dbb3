import { FileError, ShapeError, expected } from '../../core/index.ts';
import type { FlowField } from '../../core/index.ts';

/** Components beyond this mean "unknown" in Middlebury's files and programs (Baker 2011, flow-code). */
const UNKNOWN_ABOVE = 1e9;

/**
 * Makes a flow field of raw components: a pixel with a component that is NaN, infinite or beyond 1e9 is unknown,
 * which is the rule of Middlebury's own reader, here applied to every format. Unknown pixels become 0, 0 with `valid` 0.
 * `valid` is present only where something is unknown. Takes `data` over.
 */
export function flowFromComponents(width: number, height: number, data: Float32Array): FlowField {
  let valid: Uint8Array | undefined;
  for (let i = 0; i < data.length; i += 2) {
    if (Math.abs(data[i]) <= UNKNOWN_ABOVE && Math.abs(data[i + 1]) <= UNKNOWN_ABOVE) continue;
    valid ??= new Uint8Array(width * height).fill(1);
    valid[i / 2] = 0;
    data[i] = data[i + 1] = 0;
  }
  return valid ? { width, height, data, valid } : { width, height, data };
}

/**
 * Checks a flow field before it is written: sizes of 1 or more, arrays of the right lengths, and finite
 * components below 1e9 at every pixel that is not marked as unknown.
 */
export function checkFlowValues(flow: FlowField): void {
  const { width, height, data, valid } = flow ?? {};
  if (!data) throw expected('an object with width, height and data', 'flow', flow);
  if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0))
    throw new ShapeError(`Expected a flow field of at least 1 x 1 pixels but received ${width} x ${height}`);
  if (data.length !== width * height * 2)
    throw new ShapeError(
      `Expected ${width * height * 2} flow components for ${width} x ${height} but received ${data.length}`,
    );
  if (valid && valid.length !== width * height)
    throw new ShapeError(
      `Expected ${width * height} valid marks for ${width} x ${height} but received ${valid.length}`,
    );
  const first = findPixel(flow, (u, v) => !(Math.abs(u) <= UNKNOWN_ABOVE && Math.abs(v) <= UNKNOWN_ABOVE));
  if (first)
    throw new FileError(
      `Expected finite flow below 1e9 at known pixels but received (${first.u}, ${first.v}) at ` +
        `x ${first.x}, y ${first.y}: mark it with 0 in valid`,
    );
}

/** The first known pixel, row by row, whose flow satisfies `predicate`. */
export function findPixel(
  { width, data, valid }: FlowField,
  predicate: (u: number, v: number) => boolean,
): { x: number; y: number; u: number; v: number } | undefined {
  for (let i = 0; i < data.length / 2; i++) {
    const u = data[2 * i];
    const v = data[2 * i + 1];
    if (valid?.[i] !== 0 && predicate(u, v)) return { x: i % width, y: Math.floor(i / width), u, v };
  }
  return undefined;
}
