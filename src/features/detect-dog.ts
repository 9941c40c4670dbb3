/** Extrema of differences of Gaussians in position and scale (Lowe 2004, sections 3 and 4). */

import type { Keypoint } from './keypoint-list.ts';
import { SCALES, SIGMA } from './scale-space.ts';
import type { Octave, ScaleSpace } from './scale-space.ts';

export interface DogLimits {
  /** Least contrast, of 255, times the scales an octave. */
  readonly contrast: number;
  /** Greatest ratio of the two principal curvatures. */
  readonly edgeRatio: number;
}

/** Pixels at the border of an octave in which nothing is looked for. */
const BORDER = 5;

/** The extrema, without a direction yet. */
export function detectDog({ octaves }: ScaleSpace, limits: DogLimits): Keypoint[] {
  return octaves.flatMap((octave) => detectInOctave(octave, limits));
}

function detectInOctave(octave: Octave, limits: DogLimits): Keypoint[] {
  const { width, height, layers } = octave;
  const differences = layers.slice(1).map((layer, s) => subtract(layer, layers[s]));
  const out: Keypoint[] = [];
  const least = (0.5 * limits.contrast) / SCALES;
  for (let s = 1; s <= SCALES; s++) {
    const middle = differences[s];
    for (let y = BORDER; y < height - BORDER; y++)
      for (let x = BORDER, i = y * width + BORDER; x < width - BORDER; x++, i++) {
        const value = middle[i];
        if (value <= least && value >= -least) continue;
        // Two neighbours turn away most; only the rest is looked at all around.
        const [left, right] = [middle[i - 1], middle[i + 1]];
        if (value > 0 ? left > value || right > value : left < value || right < value) continue;
        if (!isExtremum(differences, s, i, width, value)) continue;
        const found = locate(octave, differences, s, x, y, limits);
        if (found) out.push(found);
      }
  }
  return out;
}

function subtract(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i];
  return out;
}

/** Whether nothing among the 26 neighbours is beyond the value, on the side of its sign. */
function isExtremum(d: readonly Float32Array[], s: number, i: number, width: number, value: number): boolean {
  const sign = value > 0 ? 1 : -1;
  const size = value * sign;
  // Its own layer first: most candidates fail there.
  return (
    isTopOfRows(d[s], i, width, sign, size) &&
    isTopOfRows(d[s - 1], i, width, sign, size) &&
    isTopOfRows(d[s + 1], i, width, sign, size)
  );
}

function isTopOfRows(d: Float32Array, i: number, width: number, sign: number, size: number): boolean {
  for (let row = i - width; row <= i + width; row += width)
    if (d[row - 1] * sign > size || d[row] * sign > size || d[row + 1] * sign > size) return false;
  return true;
}

/** First and second derivatives of the differences at one cell. */
interface Derivatives {
  readonly value: number;
  readonly dx: number;
  readonly dy: number;
  readonly ds: number;
  readonly dxx: number;
  readonly dyy: number;
  readonly dss: number;
  readonly dxy: number;
  readonly dxs: number;
  readonly dys: number;
}

function derive(d: readonly Float32Array[], s: number, i: number, width: number): Derivatives {
  const [below, here, above] = [d[s - 1], d[s], d[s + 1]];
  const twice = 2 * here[i];
  return {
    value: here[i],
    dx: (here[i + 1] - here[i - 1]) / 2,
    dy: (here[i + width] - here[i - width]) / 2,
    ds: (above[i] - below[i]) / 2,
    dxx: here[i + 1] + here[i - 1] - twice,
    dyy: here[i + width] + here[i - width] - twice,
    dss: above[i] + below[i] - twice,
    dxy: (here[i + width + 1] - here[i + width - 1] - here[i - width + 1] + here[i - width - 1]) / 4,
    dxs: (above[i + 1] - above[i - 1] - below[i + 1] + below[i - 1]) / 4,
    dys: (above[i + width] - above[i - width] - below[i + width] + below[i - width]) / 4,
  };
}

/** The offset from a cell to the extremum of the parabola through its neighbours; null where it has none. */
function parabolaOffset(d: Derivatives): [x: number, y: number, s: number] | null {
  const { dxx, dyy, dss, dxy, dxs, dys } = d;
  const cxx = dyy * dss - dys * dys;
  const cxy = dxs * dys - dxy * dss;
  const cxs = dxy * dys - dxs * dyy;
  const determinant = dxx * cxx + dxy * cxy + dxs * cxs;
  if (Math.abs(determinant) < 1e-12) return null;
  const cyy = dxx * dss - dxs * dxs;
  const cys = dxs * dxy - dxx * dys;
  const css = dxx * dyy - dxy * dxy;
  return [
    -(cxx * d.dx + cxy * d.dy + cxs * d.ds) / determinant,
    -(cxy * d.dx + cyy * d.dy + cys * d.ds) / determinant,
    -(cxs * d.dx + cys * d.dy + css * d.ds) / determinant,
  ];
}

/** Moves to the sub-pixel extremum (Brown and Lowe 2002); null where it moves away, is faint or lies on an edge. */
function locate(
  { width, height, step }: Octave,
  differences: readonly Float32Array[],
  s: number,
  x: number,
  y: number,
  limits: DogLimits,
): Keypoint | null {
  for (let attempt = 0; attempt < 5; attempt++) {
    const d = derive(differences, s, y * width + x, width);
    const offset = parabolaOffset(d);
    if (!offset) return null;
    const [ox, oy, os] = offset;
    if (Math.abs(ox) < 0.5 && Math.abs(oy) < 0.5 && Math.abs(os) < 0.5) {
      const contrast = Math.abs(d.value + (d.dx * ox + d.dy * oy + d.ds * os) / 2);
      if (contrast * SCALES < limits.contrast || isEdge(d, limits.edgeRatio)) return null;
      const scale = SIGMA * 2 ** ((s + os) / SCALES) * step;
      return { x: (x + ox) * step, y: (y + oy) * step, scale, angle: 0, response: contrast };
    }
    x += Math.round(ox);
    y += Math.round(oy);
    s += Math.round(os);
    if (s < 1 || s > SCALES) return null;
    if (x < BORDER || x >= width - BORDER || y < BORDER || y >= height - BORDER) return null;
  }
  return null;
}

function isEdge({ dxx, dyy, dxy }: Derivatives, ratio: number): boolean {
  const trace = dxx + dyy;
  const determinant = dxx * dyy - dxy * dxy;
  return determinant <= 0 || trace * trace * ratio >= (ratio + 1) ** 2 * determinant;
}
