import type { Color, FlowField, Homography, Image, Mask, OptionNames, Size } from '../../core/index.ts';
import {
  IDENTITY,
  ShapeError,
  checkColor,
  checkFlow,
  checkGrid,
  checkHomography,
  checkInteger,
  checkOptions,
  invertHomography,
  knownPixels,
} from '../../core/index.ts';

/** An image moved by a flow or a homography, and which of its pixels received a value. */
export interface WarpedImage {
  readonly image: Image;
  /** 1 where the pixel has a counterpart, 0 where it shows the fill colour. */
  readonly valid: Mask;
}

/** A flow field that says of every pixel whether it is known; unknown pixels hold 0. */
export interface MaskedFlow extends FlowField {
  readonly valid: Uint8Array;
}

/** Options of `warpImage`. */
export interface WarpImageOptions {
  /**
   * Colour of the pixels that have no counterpart.
   *
   * @default [0, 0, 0]
   */
  readonly fill?: Color;
  /** Columns of the result, with a homography alone; defaults to those of the image. */
  readonly width?: number;
  /** Rows of the result, with a homography alone; defaults to those of the image. */
  readonly height?: number;
}

const OPTIONS: OptionNames<WarpImageOptions> = { fill: true, width: true, height: true };

/**
 * Brings B onto A's grid: each pixel of A looks up where it lies in B, bilinearly. A flow or a homography is given from A
 * to B, as `estimateFlow` and `match` find it: `image(x, y) = imageB(x + u, y + v)`, or `imageB(h(x, y))`. With the true
 * one the result looks like A, save where B does not show what A shows. To bring A onto B's grid by the homography from A
 * to B, invert it: `warpImage(imageA, invertHomography(homographyAB), imageB)`.
 *
 * A pixel is valid where the flow is known, or the place lies before the horizon of the homography, and where it points
 * into B, that is between the centres of its outermost pixels. A result that is less than half as large shows aliasing:
 * make B smaller first, by `resizeImage`.
 *
 * @param by from A to B, in pixels; a flow on A's grid, which may be of another size than B, or a homography and then the
 *   size of the result as options
 * @throws ShapeError where another size is asked for than the flow's, or the homography takes the plane to a line
 * @example
 * import { match, readImage, warpImage, writeImage } from 'whither';
 *
 * const [imageA, imageB] = [await readImage('a.jpg'), await readImage('b.jpg')];
 * const { homography } = await match(imageA, imageB);
 * const { width, height } = imageA;
 * if (homography) await writeImage('b-on-a.png', warpImage(imageB, homography, { width, height }).image);
 * @example
 * // A page of 300 x 200 pixels seen from the front, by where its corners lie in a photo.
 * import { warpImage } from 'whither';
 * import { fitWarp } from 'whither/geometry';
 *
 * const corners = [100, 80, 500, 60, 520, 400, 90, 380]; // clockwise from the top left
 * const page = fitWarp('homography', [0, 0, 299, 0, 299, 199, 0, 199], corners);
 * if (page.kind === 'homography') warpImage(imageB, page.matrix, { width: 300, height: 200 });
 */
export function warpImage(
  imageB: Image,
  by: FlowField | Homography,
  options: WarpImageOptions = {},
): WarpedImage {
  checkOptions(options, OPTIONS, 'warpImage');
  checkGrid(imageB, 3, 'imageB');
  const fill = checkColor(options.fill ?? [0, 0, 0], 'fill');
  const isFlow = typeof by === 'object' && by !== null && 'data' in by;
  return sample(imageB, isFlow ? byFlow(by, options) : byHomography(imageB, by, options), fill);
}

/** The size of a result, and where its pixels lie in B: by a flow where there is one, else by a homography. */
interface WarpPlan extends Size {
  readonly flow?: Float32Array;
  readonly homography: Homography;
  /** That of the weights before the horizon of the homography. */
  readonly sign: number;
  /** 0 where a pixel has no counterpart. */
  readonly known: Uint8Array;
}

function byFlow(flowAB: FlowField, options: WarpImageOptions): WarpPlan {
  checkFlow(flowAB, 'flowAB');
  const { width, height, data } = flowAB;
  if ((options.width ?? width) !== width || (options.height ?? height) !== height)
    throw new ShapeError(
      `Expected no size, or that of flowAB, ${width} x ${height}, but received ` +
        `${options.width ?? width} x ${options.height ?? height}`,
    );
  return { width, height, flow: data, homography: IDENTITY, sign: 1, known: knownPixels(flowAB) };
}

function byHomography(imageB: Image, by: Homography, options: WarpImageOptions): WarpPlan {
  const homography = checkHomography(by, 'by');
  const width = checkInteger(options.width ?? imageB.width, 'width', 1);
  const height = checkInteger(options.height ?? imageB.height, 'height', 1);
  // The middle of B lies before the horizon.
  const back = invertHomography(homography);
  const sign = Math.sign(back[6] * ((imageB.width - 1) / 2) + back[7] * ((imageB.height - 1) / 2) + back[8]);
  return { width, height, homography, sign, known: new Uint8Array(width * height).fill(1) };
}

const isInside = ({ width, height }: Size, x: number, y: number): boolean =>
  x >= 0 && x <= width - 1 && y >= 0 && y <= height - 1;

/** One loop for both: a call for each pixel or row takes a quarter more time. */
function sample(imageB: Image, plan: WarpPlan, fill: Color): WarpedImage {
  const { width, height, data } = imageB;
  const { flow, sign, known: valid } = plan;
  const [a, b, c, d, e, f, g, h, k] = plan.homography;
  const out = new Uint8Array(plan.width * plan.height * 3);
  // An image of one column or row has no second corner to read.
  const right = width > 1 ? 3 : 0;
  const down = height > 1 ? width * 3 : 0;
  const lastX = Math.max(width - 2, 0);
  const lastY = Math.max(height - 2, 0);
  for (let y = 0, i = 0; y < plan.height; y++)
    for (let x = 0; x < plan.width; x++, i++) {
      const weight = flow ? 1 : (g * x + h * y + k) * sign;
      const sx = flow ? x + flow[i * 2] : ((a * x + b * y + c) * sign) / weight;
      const sy = flow ? y + flow[i * 2 + 1] : ((d * x + e * y + f) * sign) / weight;
      if (valid[i] === 0 || !(weight > 0) || !isInside(imageB, sx, sy)) {
        valid[i] = 0;
        out.set(fill, i * 3);
        continue;
      }
      // The last column and row belong to the cell before them, so that all four corners exist.
      const x0 = sx < width - 1 ? sx | 0 : lastX;
      const y0 = sy < height - 1 ? sy | 0 : lastY;
      const fx = sx - x0;
      const fy = sy - y0;
      const at = (y0 * width + x0) * 3;
      for (let from = at, o = i * 3; from < at + 3; from++, o++) {
        const top = data[from] + (data[from + right] - data[from]) * fx;
        const bottom = data[from + down] + (data[from + down + right] - data[from + down]) * fx;
        out[o] = top + (bottom - top) * fy + 0.5;
      }
    }
  const size = { width: plan.width, height: plan.height };
  return { image: { ...size, data: out }, valid: { ...size, data: valid } };
}

/**
 * Carries a flow on B's grid back onto A's: `out(x, y) = flowBC(x + u, y + v)`, bilinear. Known where the
 * flow from A to B is known and points into B, and every pixel of B that takes part is known. A and B may be of different
 * sizes.
 *
 * @example
 * import { warpFlow } from 'whither/flow';
 *
 * const flowOfB = warpFlow(flowBC, flowAB); // at (x, y): how what A shows there moves from B to C
 */
export function warpFlow(flowBC: FlowField, flowAB: FlowField): MaskedFlow {
  checkFlow(flowBC, 'flowBC');
  checkFlow(flowAB, 'flowAB');
  const { width, height } = flowAB;
  const data = new Float32Array(flowAB.data.length);
  const valid = knownPixels(flowAB);
  const knownB = knownPixels(flowBC);
  const sample = new Float64Array(2);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (valid[i] === 0) continue;
      const sx = x + flowAB.data[i * 2];
      const sy = y + flowAB.data[i * 2 + 1];
      if (sampleFlow(flowBC, knownB, sx, sy, sample)) {
        data[i * 2] = sample[0];
        data[i * 2 + 1] = sample[1];
      } else valid[i] = 0;
    }
  return { width, height, data, valid };
}

/**
 * Writes the flow at (sx, sy) to the two values of `out`; false, and nothing written, outside the frame
 * or where an unknown pixel has a share. Public to the other files of this folder only.
 */
export function sampleFlow(
  flow: FlowField,
  known: Uint8Array,
  sx: number,
  sy: number,
  out: Float64Array,
): boolean {
  const { width, height, data } = flow;
  if (!(sx >= 0 && sx <= width - 1 && sy >= 0 && sy <= height - 1)) return false;
  // Not negative, so that dropping the fraction is rounding down; faster than Math.floor.
  const x0 = sx | 0;
  const y0 = sy | 0;
  const fx = sx - x0;
  const fy = sy - y0;
  const i = y0 * width + x0;
  const right = fx > 0 ? 1 : 0;
  const down = fy > 0 ? width : 0;
  if ((known[i] & known[i + right] & known[i + down] & known[i + down + right]) === 0) return false;
  const a = i * 2;
  const b = (i + right) * 2;
  const c = (i + down) * 2;
  const d = (i + down + right) * 2;
  const topU = data[a] + (data[b] - data[a]) * fx;
  const topV = data[a + 1] + (data[b + 1] - data[a + 1]) * fx;
  const bottomU = data[c] + (data[d] - data[c]) * fx;
  const bottomV = data[c + 1] + (data[d + 1] - data[c + 1]) * fx;
  out[0] = topU + (bottomU - topU) * fy;
  out[1] = topV + (bottomV - topV) * fy;
  return true;
}

/**
 * Chains two flows: `flowAC(x) = flowAB(x) + flowBC(x + flowAB(x))`. Known where `warpFlow` knows the second.
 *
 * @example
 * import { composeFlow } from 'whither/flow';
 *
 * const flowAC = composeFlow(flowAB, flowBC);
 * if (!flowAC.valid[0]) console.log('(0, 0) of A leads out of B');
 */
export function composeFlow(flowAB: FlowField, flowBC: FlowField): MaskedFlow {
  const { width, height, data, valid } = warpFlow(flowBC, flowAB);
  for (let i = 0; i < valid.length; i++) {
    if (valid[i] === 0) continue;
    data[i * 2] += flowAB.data[i * 2];
    data[i * 2 + 1] += flowAB.data[i * 2 + 1];
  }
  return { width, height, data, valid };
}
