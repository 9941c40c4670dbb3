import type { Correspondences, FlowField, OptionNames, ScalarField } from '../../core/index.ts';
import { ShapeError, checkInteger, checkOptions, expected } from '../../core/index.ts';

/** Options of `correspondencesFromFlow`. */
export interface FlowCorrespondencesOptions {
  /** Confidence of each pixel of A, 0 to 1, such as forward-backward consistency; defaults to 1 everywhere. */
  readonly confidence?: ScalarField;
  /** Pixels of less confidence are left out; defaults to 0.5, where the two directions just agree. */
  readonly least?: number;
  /** Pixels from one sample to the next, each way; defaults to 8. */
  readonly step?: number;
}

const OPTIONS: OptionNames<FlowCorrespondencesOptions> = { confidence: true, least: true, step: true };

/**
 * Correspondences from dense flow, on a grid: for scenes of little texture and small motion, where features are
 * few. The score is the confidence.
 *
 * @throws {ShapeError} where flow and confidence differ in size
 * @example
 * import { correspondencesFromFlow, fitHomography } from 'whither/geometry';
 *
 * const { matrix } = fitHomography(correspondencesFromFlow(flowAB, { confidence, step: 8 }));
 */
export function correspondencesFromFlow(
  { width, height, data, valid }: FlowField,
  options: FlowCorrespondencesOptions = {},
): Correspondences {
  const { confidence, least = 0.5, step = 8 } = checkOptions(options, OPTIONS, 'correspondencesFromFlow');
  checkInteger(step, 'step', 1);
  if (!(least >= 0 && least <= 1)) throw expected('a number from 0 to 1', 'least', least);
  if (confidence && (confidence.width !== width || confidence.height !== height))
    throw new ShapeError(
      `Expected a confidence of the flow's ${width} x ${height} pixels but received ` +
        `${confidence.width} x ${confidence.height}`,
    );
  const [pointsA, pointsB, scores]: [number[], number[], number[]] = [[], [], []];
  const scoreOf = (i: number) => (valid?.[i] === 0 ? -1 : (confidence?.data[i] ?? 1));
  for (let y = step >> 1; y < height; y += step)
    for (let x = step >> 1; x < width; x += step) {
      const i = y * width + x;
      const [u, v, score] = [data[2 * i], data[2 * i + 1], scoreOf(i)];
      if (!(score >= least) || !Number.isFinite(u + v)) continue;
      pointsA.push(x, y);
      pointsB.push(x + u, y + v);
      scores.push(score);
    }
  return {
    pointsA: Float64Array.from(pointsA),
    pointsB: Float64Array.from(pointsB),
    scores: Float32Array.from(scores),
    source: 'flow',
  };
}
