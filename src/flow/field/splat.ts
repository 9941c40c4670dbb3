import type { FlowField, Image, OptionNames, ScalarField } from '../../core/index.ts';
import { splatForward } from '../../../kernels/warp/index.ts';
import type { SplatOutput } from '../../../kernels/warp/index.ts';
import {
  checkColor,
  checkFlow,
  checkGrid,
  checkNumber,
  checkOptions,
  checkSameSize,
  flowMagnitudes,
  knownPixels,
} from '../../core/index.ts';
import type { Color } from '../../core/index.ts';
import type { MaskedFlow, WarpedImage } from './warp.ts';

/** What `splatImage` and the flow before it share. */
export interface SplatOptions {
  /** How much each pixel of A counts, 0 or more, such as a confidence: 0 leaves it out. Defaults to 1. */
  readonly weights?: ScalarField;
  /**
   * Which pixel wins where several land on one: each counts `exp(importance)` times (softmax splatting,
   * Niklaus and Liu 2020), such as minus the depth. Differences of 5 and more decide all but alone.
   */
  readonly importance?: ScalarField;
  /** Share of a pixel that must be covered to be valid, 0 to 1; defaults to 0.1. */
  readonly minCoverage?: number;
}

const SPLAT_OPTIONS: OptionNames<SplatOptions> = { weights: true, importance: true, minCoverage: true };

/** Options of `splatImage`. */
export interface SplatImageOptions extends SplatOptions {
  /** Colour of the pixels where nothing lands; defaults to black. */
  readonly fill?: Color;
}

const IMAGE_OPTIONS: OptionNames<SplatImageOptions> = { ...SPLAT_OPTIONS, fill: true };

/** An image thrown forward by a flow. */
export interface SplattedImage extends WarpedImage {
  /** How much of each pixel was covered: 1 under a translation, less where the flow spreads, 0 in holes. */
  readonly coverage: ScalarField;
}

/**
 * Carries A forward onto B's grid: every pixel is spread over the four pixels around (x + u, y + v), and what
 * lands on one pixel is averaged, by weight and importance. Places that A does not show stay holes
 * (`valid` 0, fill colour), and so do the gaps that a strong enlargement tears.
 *
 * @throws ShapeError when image, flow, weights or importance differ in size
 * @example
 * import { splatImage } from 'whither/flow';
 *
 * const { image, valid } = splatImage(imageA, flowAB); // A as B would show it; holes are not valid
 */
export function splatImage(imageA: Image, flowAB: FlowField, options: SplatImageOptions = {}): SplattedImage {
  checkOptions(options, IMAGE_OPTIONS, 'splatImage');
  checkGrid(imageA, 3, 'imageA');
  checkFlow(flowAB, 'flowAB');
  checkSameSize(imageA, 'imageA', flowAB, 'flowAB');
  const { width, height } = imageA;
  const fill = checkColor(options.fill ?? [0, 0, 0], 'fill');
  const splat = splatKnown(imageA.data, 3, flowAB, knownPixels(flowAB), options);
  const valid = coveredPixels(splat.coverage, options.minCoverage);
  const data = new Uint8Array(imageA.data.length);
  for (let i = 0; i < valid.length; i++)
    for (let c = 0; c < 3; c++) data[i * 3 + c] = valid[i] ? splat.values[i * 3 + c] + 0.5 : fill[c];
  return {
    image: { width, height, data },
    valid: { width, height, data: valid },
    coverage: { width, height, data: splat.coverage },
  };
}

/**
 * The flow from B to A by splatting: every pixel of A throws minus its flow to the place it moved to. Pixels
 * of B where nothing lands are unknown. Where several land, `importance` decides; it defaults to the
 * length of the flow, since what moves farther is mostly nearer (an assumption, not a rule), and a mean of
 * two motions would be neither.
 *
 * @throws ShapeError when flow, weights or importance differ in size
 * @example
 * import { invertFlow } from 'whither/flow';
 *
 * const flowBA = invertFlow(flowAB, { minCoverage: 0.5 });
 */
export function invertFlow(flowAB: FlowField, options: SplatOptions = {}): MaskedFlow {
  checkOptions(options, SPLAT_OPTIONS, 'invertFlow');
  checkFlow(flowAB, 'flowAB');
  const { width, height } = flowAB;
  const known = knownPixels(flowAB);
  const importance = options.importance ?? { width, height, data: flowMagnitudes(flowAB, known) };
  const splat = splatKnown(flowAB.data, 2, flowAB, known, { ...options, importance });
  const valid = coveredPixels(splat.coverage, options.minCoverage);
  const data = new Float32Array(flowAB.data.length);
  for (let i = 0; i < valid.length; i++) {
    if (valid[i] === 0) continue;
    // Taken from 0, not negated: -0 would be a direction of its own in the colour wheel.
    data[i * 2] = 0 - splat.values[i * 2];
    data[i * 2 + 1] = 0 - splat.values[i * 2 + 1];
  }
  return { width, height, data, valid };
}

/** The kernel, with pixels weighted 0 whose flow, weight or importance is no number to reckon with. */
function splatKnown(
  values: Float32Array | Uint8Array,
  channels: number,
  flow: FlowField,
  known: Uint8Array,
  options: SplatOptions,
): SplatOutput {
  const { width, height } = flow;
  for (const name of ['weights', 'importance'] as const) {
    const field = options[name];
    if (!field) continue;
    checkGrid(field, 1, name);
    checkSameSize(field, name, flow, 'flowAB');
  }
  const importance = options.importance?.data;
  const weights = new Float32Array(known.length);
  for (let i = 0; i < weights.length; i++) {
    const weight = options.weights ? options.weights.data[i] : 1;
    if (known[i] === 1 && weight < Infinity && (!importance || Number.isFinite(importance[i])))
      weights[i] = weight;
  }
  return splatForward({
    width,
    height,
    channels,
    values,
    flow: flow.data,
    weights,
    importance,
  });
}

function coveredPixels(coverage: Float32Array, minCoverage = 0.1): Uint8Array {
  checkNumber(minCoverage, 'minCoverage', 0, 1);
  const covered = new Uint8Array(coverage.length);
  for (let i = 0; i < coverage.length; i++) if (coverage[i] > 0 && coverage[i] >= minCoverage) covered[i] = 1;
  return covered;
}
