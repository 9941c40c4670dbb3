import { lumaAt } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import type { ModelInput } from '../../runtime/index.ts';
import { prepareFrame } from './estimate-frame.ts';
import type { PreparedFrame } from '../types.ts';

/** Shares of the pixels whose brightness is compared, from the darkest on. */
const SHARES = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98];

/**
 * How far apart these are on average, as a part of the wider range of both, before two images count as differently
 * exposed. The pairs of the benchmarks reach 0.05, photos taken one after the other 0.075.
 */
const APART = 0.12;

/** What must be left at most of the difference from block to block: a change of the scene leaves more. */
const LEFT = 0.6;

/** Blocks along each side of an image. */
const BLOCKS = 8;

/** More samples than this tell nothing more. */
const MOST_SAMPLES = 2 ** 16;

/** How bright an image is: 0 to 255. */
interface Brightness {
  /** The levels that the `SHARES` of the pixels do not exceed. */
  readonly levels: readonly number[];
  /** The mean of each of `BLOCKS` x `BLOCKS` parts, row by row. */
  readonly blocks: Float64Array;
}

const measured = new WeakMap<Image, Brightness>();

/**
 * Brings two frames of different exposure to the same: that of the lower contrast gets the brightness distribution of
 * the other, by one curve for all pixels. Networks and the refinement both compare brightness.
 *
 * Frames of about the same exposure are given back as they are, and so are those whose scene differs.
 */
export function matchExposure(
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  input: ModelInput,
): readonly [PreparedFrame, PreparedFrame] {
  const [a, b] = [brightnessOf(frameA.image), brightnessOf(frameB.image)];
  const [rangeA, rangeB] = [rangeOf(a), rangeOf(b)];
  if (meanDifference(a.levels, b.levels) <= APART * Math.max(rangeA, rangeB)) return [frameA, frameB];
  const [from, to] = rangeA < rangeB ? [a, b] : [b, a];
  const curve = curveBetween(from.levels, to.levels);
  const mapped = from.blocks.map((level) => curve[Math.round(level)]);
  if (meanDifference(mapped, to.blocks) > LEFT * meanDifference(from.blocks, to.blocks))
    return [frameA, frameB];
  const exposed = ({ image }: PreparedFrame): PreparedFrame => prepareFrame(applyCurve(image, curve), input);
  return rangeA < rangeB ? [exposed(frameA), frameB] : [frameA, exposed(frameB)];
}

const rangeOf = ({ levels }: Brightness): number => levels[levels.length - 1] - levels[0];

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

function brightnessOf(image: Image): Brightness {
  const known = measured.get(image) ?? measureBrightness(image);
  measured.set(image, known);
  return known;
}

/** Of pixels on a grid. */
function measureBrightness({ width, height, data }: Image): Brightness {
  const step = Math.max(1, Math.ceil(Math.sqrt((width * height) / MOST_SAMPLES)));
  const histogram = new Uint32Array(256);
  const [sums, counts] = [new Float64Array(BLOCKS * BLOCKS), new Uint32Array(BLOCKS * BLOCKS)];
  for (let y = 0; y < height; y += step) {
    const row = Math.floor((y * BLOCKS) / height) * BLOCKS;
    for (let x = 0; x < width; x += step) {
      const i = (y * width + x) * 3;
      const level = lumaAt(data, i);
      const block = row + Math.floor((x * BLOCKS) / width);
      histogram[Math.round(level)]++;
      sums[block] += level;
      counts[block]++;
    }
  }
  // Blocks of an image smaller than their grid may be empty.
  const blocks = sums.map((sum, i) => (counts[i] ? sum / counts[i] : 0));
  return { levels: levelsOf(histogram), blocks };
}

function levelsOf(histogram: Uint32Array): number[] {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  return SHARES.map((share) => {
    let [level, below] = [0, histogram[0]];
    while (below < share * total) below += histogram[++level];
    return level;
  });
}

/** The curve through the levels of both, straight between and beyond them: 256 levels, not rounded. */
function curveBetween(from: readonly number[], to: readonly number[]): Float64Array {
  const knots = from.map((level, i) => [level, to[i]]).filter(([level], i) => !i || level > from[i - 1]);
  const last = knots.length - 1;
  const curve = new Float64Array(256);
  if (!last) return curve.fill(knots[0][1]);
  let k = 0;
  for (let level = 0; level < 256; level++) {
    while (k < last - 1 && level > knots[k + 1][0]) k++;
    const [[x0, y0], [x1, y1]] = [knots[k], knots[k + 1]];
    curve[level] = Math.min(255, Math.max(0, y0 + ((level - x0) * (y1 - y0)) / (x1 - x0)));
  }
  return curve;
}

function applyCurve({ width, height, data }: Image, curve: Float64Array): Image {
  const bytes = Uint8Array.from(curve, Math.round);
  return { width, height, data: data.map((level) => bytes[level]) };
}
