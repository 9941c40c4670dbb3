import type { FlowField, Image, ScalarField } from '../core/index.ts';
import { checkForwardBackward } from '../flow/index.ts';

/** Shares of the flow's length and pixels that the two directions may disagree by: less strict than for a mask of occlusion. */
const AGREEMENT = { alpha: 0.05, beta: 1 };
/** Mean difference of the samples about a pixel, in levels, at which it is as likely seen as not. */
const DIFFERENT = 20;

/** What a pixel counts that both images show more than one that the other does not show, as an exponent. */
const SEEN = 4;
/** The same of one that covers what its image showed at the place where it goes. */
const COVERING = 4;

/** What is known of the pixels of one image of a pair, on its grid. */
export interface Sight {
  /** How probable it is that the other image shows a pixel, 0 to 1. */
  readonly visible: ScalarField;
  /** Which pixel wins where several meet on their way to the other image: each counts `exp(importance)` times. */
  readonly importance: Float32Array;
}

/** Judges the pixels of A by the two flows, and by whether the colours agree. */
export function judgeSight(imageA: Image, imageB: Image, flowAB: FlowField, flowBA: FlowField): Sight {
  const { width, height } = imageA;
  const consistent = meanOfNine(checkForwardBackward(flowAB, flowBA, AGREEMENT).confidence.data, width);
  const different = meanOfNine(differences(imageA, imageB, flowAB), width);
  const data = consistent.map((value, i) => value * Math.exp(-Math.LN2 * (different[i] / DIFFERENT) ** 2));
  const visible = { width, height, data };
  const importance = data.map((value, i) => value * (SEEN + COVERING * covering(visible, flowAB, i)));
  return { visible, importance };
}

/** How probable it is that a pixel covers what its own image shows at the place where it goes, 0 to 1. */
function covering({ width, height, data }: ScalarField, { data: flow }: FlowField, i: number): number {
  const u = Math.round((i % width) + flow[2 * i]);
  const v = Math.round(Math.floor(i / width) + flow[2 * i + 1]);
  return u >= 0 && v >= 0 && u < width && v < height ? 1 - data[v * width + u] : 0;
}

/** The mean absolute difference of the samples of each pixel from those where its flow leads, rounded to whole pixels. */
function differences(imageA: Image, imageB: Image, { data: flow }: FlowField): Float32Array {
  const { width, height, data: a } = imageA;
  const b = imageB.data;
  const out = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const u = Math.min(Math.max(Math.round(x + flow[2 * i]), 0), width - 1);
      const v = Math.min(Math.max(Math.round(y + flow[2 * i + 1]), 0), height - 1);
      const k = 3 * (v * width + u);
      out[i] =
        (Math.abs(a[3 * i] - b[k]) + Math.abs(a[3 * i + 1] - b[k + 1]) + Math.abs(a[3 * i + 2] - b[k + 2])) /
        3;
    }
  return out;
}

/** The mean of the three by three values about each. */
const meanOfNine = (data: Float32Array, width: number): Float32Array =>
  meanOfThree(meanOfThree(data, 1, width), width, data.length);

/** The mean of each value with those `step` before and after it in its run of `length`; at an end it stands for the missing one. */
function meanOfThree(data: Float32Array, step: number, length: number): Float32Array {
  return data.map((value, i) => {
    const at = i % length;
    const before = at >= step ? data[i - step] : value;
    const after = at + step < length ? data[i + step] : value;
    return (before + value + after) / 3;
  });
}
