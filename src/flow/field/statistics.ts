import type { FlowField, Mask, OptionNames, Rectangle } from '../../core/index.ts';
import {
  STILL,
  checkFlow,
  checkGrid,
  checkOptions,
  checkRectangle,
  checkSameSize,
  flowMagnitudes,
  isKnown,
  knownPixels,
  quantiles,
} from '../../core/index.ts';

/** Options of `flowStatistics`: what part of the flow counts, all of it by default. */
export interface FlowStatisticsOptions {
  /** In pixels of the flow, inside of it. */
  readonly box?: Rectangle;
  /** 1 where a pixel counts, of the flow's size. */
  readonly mask?: Mask;
}

const OPTIONS: OptionNames<FlowStatisticsOptions> = { box: true, mask: true };

/** A flow field in a few numbers, over the known pixels that count; null where there are none. */
export interface FlowStatistics {
  /** Mean length in pixels. */
  readonly meanMagnitude: number | null;
  /** Median length in pixels. */
  readonly medianMagnitude: number | null;
  /** The length in pixels that 95 percent do not exceed. */
  readonly p95Magnitude: number | null;
  /** The greatest length in pixels. */
  readonly maxMagnitude: number | null;
  /** Mean motion to the right, in pixels. */
  readonly meanU: number | null;
  /** Mean motion downwards, in pixels. */
  readonly meanV: number | null;
  /** Share of the pixels that move by more than half a pixel, 0 to 1. */
  readonly movingShare: number | null;
  /**
   * Where most of the motion goes: 0 right, 90 down, 180 left, 270 up; null where nothing moves by more than
   * half a pixel.
   */
  readonly directionDegrees: number | null;
  /** Pixels that entered the figures. */
  readonly knownPixels: number;
}

/**
 * Sums up a flow field, or a part of it: how far, which way, and how much of it moves.
 *
 * @throws ShapeError where the rectangle is not inside of the flow, or the mask is of another size
 * @example
 * import { flowStatistics, readFlow } from 'whither';
 *
 * const box = { x: 40, y: 20, width: 64, height: 64 };
 * const { medianMagnitude, directionDegrees } = flowStatistics(await readFlow('flow.flo'), { box });
 * console.log(`${medianMagnitude} pixels towards ${directionDegrees} degrees`);
 */
export function flowStatistics(flow: FlowField, options: FlowStatisticsOptions = {}): FlowStatistics {
  checkOptions(options, OPTIONS, 'flowStatistics');
  checkFlow(flow, 'flow');
  const known = countedPixels(flow, options);
  const magnitudes = flowMagnitudes(flow, known);
  let [count, moving, max, sumMagnitude, sumU, sumV] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 0) continue;
    count++;
    sumMagnitude += magnitudes[i];
    sumU += flow.data[i * 2];
    sumV += flow.data[i * 2 + 1];
    if (magnitudes[i] > max) max = magnitudes[i];
    if (magnitudes[i] > STILL) moving++;
  }
  const mean = (sum: number): number | null => (count === 0 ? null : sum / count);
  const [median, p95] = quantiles(magnitudes, known, [0.5, 0.95]);
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    meanMagnitude: mean(sumMagnitude),
    medianMagnitude: orNull(median),
    p95Magnitude: orNull(p95),
    maxMagnitude: count === 0 ? null : max,
    meanU: mean(sumU),
    meanV: mean(sumV),
    movingShare: mean(moving),
    directionDegrees: moving === 0 ? null : dominantDirection(flow, magnitudes),
    knownPixels: count,
  };
}

/** The mean length of the known flow, in pixels; null where none is known. A fast part of {@link flowStatistics}. */
export function meanMagnitude({ width, height, data, valid }: FlowField): number | null {
  let [sum, count] = [0, 0];
  for (let i = 0; i < width * height; i++) {
    if (valid?.[i] === 0 || !isKnown(data[2 * i], data[2 * i + 1])) continue;
    sum += Math.sqrt(data[2 * i] ** 2 + data[2 * i + 1] ** 2);
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** The known pixels that lie inside of the rectangle and are marked by the mask. */
function countedPixels(flow: FlowField, { box, mask }: FlowStatisticsOptions): Uint8Array {
  const known = knownPixels(flow);
  if (mask) {
    checkGrid(mask, 1, 'mask');
    checkSameSize(mask, 'mask', flow, 'flow');
    for (let i = 0; i < known.length; i++) if (mask.data[i] === 0) known[i] = 0;
  }
  if (!box) return known;
  const { x, y, width, height } = checkRectangle(box, 'box', flow);
  const inside = new Uint8Array(known.length);
  for (let row = y; row < y + height; row++) {
    const start = row * flow.width + x;
    inside.set(known.subarray(start, start + width), start);
  }
  return inside;
}

const SECTORS = 72;

/**
 * The direction of the mean motion within 15 degrees of the fullest sector. A mean over all directions would
 * point nowhere when two things move against each other.
 */
function dominantDirection(flow: FlowField, magnitudes: Float32Array): number {
  const weights = new Float64Array(SECTORS);
  const us = new Float64Array(SECTORS);
  const vs = new Float64Array(SECTORS);
  for (let i = 0; i < magnitudes.length; i++) {
    if (magnitudes[i] <= STILL) continue;
    const u = flow.data[i * 2];
    const v = flow.data[i * 2 + 1];
    const turns = Math.atan2(v, u) / (2 * Math.PI);
    // Rounded as an integer: a remainder of floating-point numbers is many times slower.
    const sector = ((turns * SECTORS + SECTORS + 0.5) | 0) % SECTORS;
    weights[sector] += magnitudes[i];
    us[sector] += u;
    vs[sector] += v;
  }
  const around = (values: Float64Array, i: number, reach: number): number => {
    let sum = 0;
    for (let k = i - reach; k <= i + reach; k++) sum += values[(k + SECTORS) % SECTORS];
    return sum;
  };
  const smooth = weights.map((_, i) => around(weights, i, 1));
  const fullest = smooth.indexOf(Math.max(...smooth));
  const degrees = (Math.atan2(around(vs, fullest, 3), around(us, fullest, 3)) * 180) / Math.PI;
  return (degrees + 360) % 360;
}
