import type { FlowField, Image, OptionNames } from '../core/index.ts';
import {
  LEAST_SCALE,
  SCALE_PERCENTILE,
  checkColor,
  checkFlow,
  checkOptions,
  checkPositive,
  knownPixels,
  motionScale,
} from '../core/index.ts';
import type { Color } from '../core/index.ts';
import { writeWheelColor } from './wheel.ts';

/** Options of `colorizeFlow`. */
export interface ColorizeOptions {
  /**
   * Length in pixels that gets the full colour at the rim of the wheel. It defaults to the greatest of this flow, but
   * to 1 or more, so that noise stays pale, and to at most 1.25 times the 99th percentile of what moves, so that an
   * outlier does not pale the rest. Give every frame of a sequence the same, or what `sequenceMagnitude` says, and
   * colours compare.
   */
  readonly maxMagnitude?: number;
  /** Colour of unknown flow; defaults to black, as Middlebury's. */
  readonly unknown?: Color;
}

const OPTIONS: OptionNames<ColorizeOptions> = { maxMagnitude: true, unknown: true };

/** A flow in colours, and the scale they were made with. */
export interface ColorizedFlow {
  readonly image: Image;
  /** Length in pixels at the rim of the wheel; 1 where nothing moves and no other was asked for. */
  readonly maxMagnitude: number;
}

/** Keeps the greatest motion inside the wheel; that of the published code. */
const EPSILON = 1e-5;

/**
 * Flow in the colours of the Middlebury benchmark (Baker 2011): hue for direction, saturation for length,
 * white for no motion, three quarters as bright beyond `maxMagnitude`. Unknown flow, NaN included, gets a
 * colour of its own.
 *
 * @example
 * import { colorizeFlow, writeImage } from 'whither';
 *
 * const { image, maxMagnitude } = colorizeFlow(flow);
 * await writeImage('flow.png', image);
 */
export function colorizeFlow(flow: FlowField, options: ColorizeOptions = {}): ColorizedFlow {
  checkOptions(options, OPTIONS, 'colorizeFlow');
  checkFlow(flow, 'flow');
  const unknown = checkColor(options.unknown ?? [0, 0, 0], 'unknown');
  if (options.maxMagnitude !== undefined) checkPositive(options.maxMagnitude, 'maxMagnitude');
  const { width, height, data } = flow;
  const known = knownPixels(flow);
  const maxMagnitude = options.maxMagnitude ?? Math.max(LEAST_SCALE, motionScale(flow, SCALE_PERCENTILE));
  const scale = maxMagnitude + EPSILON;
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < known.length; i++)
    if (known[i] === 1) writeWheelColor(data[i * 2] / scale, data[i * 2 + 1] / scale, out, i * 3);
    else out.set(unknown, i * 3);
  return { image: { width, height, data: out }, maxMagnitude };
}
