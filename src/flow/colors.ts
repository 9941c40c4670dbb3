import type { FlowField, Image } from '../core/types.ts';
import { checkColor, checkFlow, checkPositive } from './check.ts';
import type { Color } from './color.ts';
import { knownPixels } from './known.ts';
import { writeWheelColor } from './wheel.ts';

export interface ColorizeOptions {
  /**
   * Length in pixels that gets the full colour at the rim of the wheel; the greatest of this flow unless
   * told. Give every frame of a sequence the same, or what `sequenceMagnitude` says, and colours compare.
   */
  readonly maxMagnitude?: number;
  /** Colour of unknown flow; black unless told, as Middlebury's. */
  readonly unknown?: Color;
}

/** A flow in colours, and the scale they were made with. */
export interface ColorizedFlow {
  readonly image: Image;
  /** Length in pixels at the rim of the wheel; 0 when nothing moves and none was asked for. */
  readonly maxMagnitude: number;
}

/** Keeps the greatest motion inside the wheel and a still picture from 0 / 0; that of the published code. */
const EPSILON = 1e-5;

/**
 * Flow in the colours of the Middlebury benchmark (Baker 2011): hue for direction, saturation for length,
 * white for no motion, three quarters as bright beyond `maxMagnitude`. Unknown flow, NaN included, gets a
 * colour of its own.
 */
export function colorizeFlow(flow: FlowField, options: ColorizeOptions = {}): ColorizedFlow {
  checkFlow(flow, 'flow');
  const unknown = checkColor(options.unknown ?? [0, 0, 0], 'unknown');
  if (options.maxMagnitude !== undefined) checkPositive(options.maxMagnitude, 'maxMagnitude');
  const { width, height, data } = flow;
  const known = knownPixels(flow);
  const maxMagnitude = options.maxMagnitude ?? greatestMagnitude(flow, known);
  const scale = maxMagnitude + EPSILON;
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < known.length; i++)
    if (known[i] === 1) writeWheelColor(data[i * 2] / scale, data[i * 2 + 1] / scale, out, i * 3);
    else out.set(unknown, i * 3);
  return { image: { width, height, data: out }, maxMagnitude };
}

function greatestMagnitude(flow: FlowField, known: Uint8Array): number {
  let greatest = 0;
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 0) continue;
    const u = flow.data[i * 2];
    const v = flow.data[i * 2 + 1];
    greatest = Math.max(greatest, u * u + v * v);
  }
  return Math.sqrt(greatest);
}
