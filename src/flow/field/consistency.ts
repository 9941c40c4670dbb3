import type { FlowField, Mask, OptionNames, ScalarField } from '../../core/index.ts';
import { checkFlow, checkNumber, checkOptions, checkSameSize, knownPixels } from '../../core/index.ts';
import { sampleFlow } from './warp.ts';

/** Options of `checkForwardBackward`. */
export interface ConsistencyOptions {
  /** Share of the two flows' lengths that they may disagree by; defaults to 0.01. */
  readonly alpha?: number;
  /** Pixels that they may disagree by whatever their length; defaults to 0.5. */
  readonly beta?: number;
}

const OPTIONS: OptionNames<ConsistencyOptions> = { alpha: true, beta: true };

/** How far the flow there and the flow back agree, on A's grid. */
export interface Consistency {
  /** 1 where a pixel of A has no counterpart in B: the flows disagree, lead out of the frame or are unknown. */
  readonly occluded: Mask;
  /** 1 where the flows agree, 0.5 at the border of occlusion, towards 0 beyond; 0 without a flow back. */
  readonly confidence: ScalarField;
  /** Distance in pixels between a pixel and where there and back leads; Infinity without a flow back. */
  readonly error: ScalarField;
}

/**
 * Forward-backward check. With `w = flowAB(x)` and `r = flowBA(x + w)`, a pixel is occluded when
 *
 * `|w + r| > alpha * (|w| + |r|) + beta`
 *
 * in plain norms, as GMFlow has it (Xu 2022); UnFlow (Meister 2018, section 3.2), where the rule comes from,
 * squares all three norms. A pixel whose flow leaves the frame of B, or meets unknown flow, is occluded too.
 * The confidence is `2 ** -(error / threshold) ** 2`, threshold being the right side above: a pixel with a
 * flow back is occluded exactly where it is below one half.
 *
 * @throws ShapeError when the two differ in size
 * @example
 * import { checkForwardBackward } from 'whither/flow';
 *
 * const { occluded, confidence } = checkForwardBackward(flowAB, flowBA);
 */
export function checkForwardBackward(
  flowAB: FlowField,
  flowBA: FlowField,
  options: ConsistencyOptions = {},
): Consistency {
  checkOptions(options, OPTIONS, 'checkForwardBackward');
  checkFlow(flowAB, 'flowAB');
  checkFlow(flowBA, 'flowBA');
  checkSameSize(flowAB, 'flowAB', flowBA, 'flowBA');
  const alpha = checkNumber(options.alpha ?? 0.01, 'alpha', 0);
  const beta = checkNumber(options.beta ?? 0.5, 'beta', 0);
  const { width, height } = flowAB;
  const knownA = knownPixels(flowAB);
  const knownB = knownPixels(flowBA);
  const occluded = new Uint8Array(width * height).fill(1);
  const confidence = new Float32Array(width * height);
  const error = new Float32Array(width * height).fill(Infinity);
  const back = new Float64Array(2);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const u = flowAB.data[i * 2];
      const v = flowAB.data[i * 2 + 1];
      if (knownA[i] === 0 || !sampleFlow(flowBA, knownB, x + u, y + v, back)) continue;
      const distance = length(u + back[0], v + back[1]);
      const threshold = alpha * (length(u, v) + length(back[0], back[1])) + beta;
      error[i] = distance;
      occluded[i] = distance > threshold ? 1 : 0;
      confidence[i] = agreement(distance, threshold);
    }
  return {
    occluded: { width, height, data: occluded },
    confidence: { width, height, data: confidence },
    error: { width, height, data: error },
  };
}

function length(u: number, v: number): number {
  return Math.sqrt(u * u + v * v);
}

function agreement(distance: number, threshold: number): number {
  // With alpha and beta 0 nothing but perfect agreement counts.
  if (distance === 0) return 1;
  const ratio = distance / threshold;
  return Math.exp(-Math.LN2 * ratio * ratio);
}
