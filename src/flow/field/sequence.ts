import type { FlowField, OptionNames } from '../../core/index.ts';
import {
  LEAST_SCALE,
  SCALE_PERCENTILE,
  checkFlow,
  checkNumber,
  checkOptions,
  flowMagnitudes,
  knownPixels,
  motionScale,
  quantiles,
} from '../../core/index.ts';

/** Options of `sequenceMagnitude`. */
export interface SequenceMagnitudeOptions {
  /**
   * Percentile, 0 to 100, of the lengths of what moves by more than half a pixel. A frame's greatest length counts up to
   * 1.25 times this.
   *
   * @default 99
   */
  readonly percentile?: number;
  /**
   * What is kept of the scale from frame to frame when the motion calms down, 0 to 1; defaults to 0.98. 1
   * never lets go: after a pass over all frames `value` is then the scale of the whole sequence.
   */
  readonly release?: number;
  /** Least scale in pixels, so that the noise of a still image stays pale; defaults to 1. */
  readonly minimum?: number;
}

const OPTIONS: OptionNames<SequenceMagnitudeOptions> = { percentile: true, release: true, minimum: true };

/** The scale of a sequence of flows, for `maxMagnitude` of `colorizeFlow`. */
export interface SequenceMagnitude {
  /** The scale in pixels after the frames so far. */
  readonly value: number;
  /** Takes in the next frame and gives the scale to colour it with, in pixels. */
  update(flow: FlowField): number;
}

/**
 * A scale that does not flicker: it follows a high percentile of each frame, upwards at once and downwards
 * slowly, so that a few wild vectors do not bleach a frame and calm frames do not flare up.
 *
 * @example
 * import { colorizeFlow } from 'whither';
 * import { sequenceMagnitude } from 'whither/flow';
 *
 * const scale = sequenceMagnitude({ percentile: 95 });
 * for (const flow of [flowAB, flowBC]) colorizeFlow(flow, { maxMagnitude: scale.update(flow) });
 */
export function sequenceMagnitude(options: SequenceMagnitudeOptions = {}): SequenceMagnitude {
  checkOptions(options, OPTIONS, 'sequenceMagnitude');
  const percentile = checkNumber(options.percentile ?? SCALE_PERCENTILE, 'percentile', 0, 100);
  const release = checkNumber(options.release ?? 0.98, 'release', 0, 1);
  const minimum = checkNumber(options.minimum ?? LEAST_SCALE, 'minimum', 0);
  let value = minimum;
  return {
    get value() {
      return value;
    },
    update(flow) {
      checkFlow(flow, 'flow');
      value = Math.max(minimum, value * release, motionScale(flow, percentile));
      return value;
    },
  };
}

/**
 * A percentile of the lengths of the known flow, in pixels; null where all of it is unknown.
 *
 * @example
 * import { flowPercentile } from 'whither/flow';
 *
 * const length = flowPercentile(flow, 95); // 95 % of the known flow is at most as long
 */
export function flowPercentile(flow: FlowField, percentile: number): number | null {
  checkFlow(flow, 'flow');
  checkNumber(percentile, 'percentile', 0, 100);
  const known = knownPixels(flow);
  const [value] = quantiles(flowMagnitudes(flow, known), known, [percentile / 100]);
  return Number.isNaN(value) ? null : value;
}
