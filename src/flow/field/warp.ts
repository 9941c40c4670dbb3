import type { FlowField, Image, Mask } from '../../core/index.ts';
import { checkColor, checkFlow, checkGrid, checkSameSize, knownPixels } from '../../core/index.ts';
import type { Color } from '../../core/index.ts';

/** A picture moved by a flow, and which of its pixels received a value. */
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
  /** Colour of the pixels that have no counterpart; black unless told. */
  readonly fill?: Color;
}

/**
 * Carries B back onto A's grid: `image(x, y) = imageB(x + u, y + v)`, bilinear. With the true flow it looks
 * like A, save where B does not show what A shows. A pixel is valid where the flow is known and points into
 * B, that is between the centres of its outermost pixels.
 *
 * @throws ShapeError when the two differ in size
 */
export function warpImage(imageB: Image, flowAB: FlowField, options: WarpImageOptions = {}): WarpedImage {
  checkGrid(imageB, 3, 'imageB');
  checkFlow(flowAB, 'flowAB');
  checkSameSize(imageB, 'imageB', flowAB, 'flowAB');
  const { width, height, data } = imageB;
  const fill = checkColor(options.fill ?? [0, 0, 0], 'fill');
  const out = new Uint8Array(data.length);
  const valid = knownPixels(flowAB);
  // A picture of one column or row has no second corner to read.
  const right = width > 1 ? 3 : 0;
  const down = height > 1 ? width * 3 : 0;
  const lastX = Math.max(width - 2, 0);
  const lastY = Math.max(height - 2, 0);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const sx = x + flowAB.data[i * 2];
      const sy = y + flowAB.data[i * 2 + 1];
      if (valid[i] === 0 || !(sx >= 0 && sx <= width - 1 && sy >= 0 && sy <= height - 1)) {
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
      for (let c = at, o = i * 3; c < at + 3; c++, o++) {
        const top = data[c] + (data[c + right] - data[c]) * fx;
        const bottom = data[c + down] + (data[c + down + right] - data[c + down]) * fx;
        out[o] = top + (bottom - top) * fy + 0.5;
      }
    }
  return { image: { width, height, data: out }, valid: { width, height, data: valid } };
}

/**
 * Carries a flow on B's grid back onto A's: `out(x, y) = flowBC(x + u, y + v)`, bilinear. Known where the
 * flow from A to B is known and points into B, and every pixel of B that takes part is known.
 *
 * @throws ShapeError when the two differ in size
 */
export function warpFlow(flowBC: FlowField, flowAB: FlowField): MaskedFlow {
  checkFlow(flowBC, 'flowBC');
  checkFlow(flowAB, 'flowAB');
  checkSameSize(flowBC, 'flowBC', flowAB, 'flowAB');
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
 * @throws ShapeError when the two differ in size
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
