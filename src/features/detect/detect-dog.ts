/** Extrema of differences of Gaussians in position and scale (Lowe 2004, sections 3 and 4). */

import { findExtrema } from '../../../kernels/extrema/index.ts';
import type { Keypoint } from './keypoint-list.ts';
import { SCALES, SIGMA } from '../scale-space/index.ts';
import type { Octave } from '../scale-space/index.ts';

export interface DogLimits {
  /** Least contrast, of 255, times the scales an octave. */
  readonly contrast: number;
  /** Greatest ratio of the two principal curvatures. */
  readonly edgeRatio: number;
}

/** Pixels at the border of an octave in which nothing is looked for. */
const BORDER = 5;

/** The extrema of one octave, without a direction yet. */
export function detectDog(octave: Octave, limits: DogLimits): Keypoint[] {
  const { width, height, layers } = octave;
  const least = (0.5 * limits.contrast) / SCALES;
  return findExtrema(layers, width, height, BORDER, least).flatMap((indices, k) =>
    indices.flatMap((i) => {
      const y = Math.floor(i / width);
      return locate(octave, k + 1, i - y * width, y, limits) ?? [];
    }),
  );
}

/** Derivatives of the differences at one cell: their value, along x, y and scale, and the second ones. */
const cell = new Float64Array(10);
const [VALUE, DX, DY, DS, DXX, DYY, DSS, DXY, DXS, DYS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** From the cell to the extremum of the parabola through its neighbours. */
const offset = new Float64Array(3);

function derive(layers: readonly Float32Array[], s: number, i: number, width: number): void {
  const [l0, l1, l2, l3] = [layers[s - 1], layers[s], layers[s + 1], layers[s + 2]];
  const here = (j: number): number => l2[j] - l1[j];
  const below = (j: number): number => l1[j] - l0[j];
  const above = (j: number): number => l3[j] - l2[j];
  const [up, down] = [i - width, i + width];
  const twice = 2 * here(i);
  cell[VALUE] = here(i);
  cell[DX] = (here(i + 1) - here(i - 1)) / 2;
  cell[DY] = (here(down) - here(up)) / 2;
  cell[DS] = (above(i) - below(i)) / 2;
  cell[DXX] = here(i + 1) + here(i - 1) - twice;
  cell[DYY] = here(down) + here(up) - twice;
  cell[DSS] = above(i) + below(i) - twice;
  cell[DXY] = (here(down + 1) - here(down - 1) - here(up + 1) + here(up - 1)) / 4;
  cell[DXS] = (above(i + 1) - above(i - 1) - below(i + 1) + below(i - 1)) / 4;
  cell[DYS] = (above(down) - above(up) - below(down) + below(up)) / 4;
}

/** Fills `offset`; false where the parabola has no extremum. */
function findTop(): boolean {
  const [dx, dy, ds] = [cell[DX], cell[DY], cell[DS]];
  const [dxx, dyy, dss, dxy, dxs, dys] = [cell[DXX], cell[DYY], cell[DSS], cell[DXY], cell[DXS], cell[DYS]];
  const cxx = dyy * dss - dys * dys;
  const cxy = dxs * dys - dxy * dss;
  const cxs = dxy * dys - dxs * dyy;
  const determinant = dxx * cxx + dxy * cxy + dxs * cxs;
  if (!(Math.abs(determinant) >= 1e-12)) return false;
  const cyy = dxx * dss - dxs * dxs;
  const cys = dxs * dxy - dxx * dys;
  const css = dxx * dyy - dxy * dxy;
  offset[0] = -(cxx * dx + cxy * dy + cxs * ds) / determinant;
  offset[1] = -(cxy * dx + cyy * dy + cys * ds) / determinant;
  offset[2] = -(cxs * dx + cys * dy + css * ds) / determinant;
  return true;
}

/** Moves to the sub-pixel extremum (Brown and Lowe 2002); null where it moves away, is faint or lies on an edge. */
function locate(
  { width, height, step, layers }: Octave,
  s: number,
  x: number,
  y: number,
  limits: DogLimits,
): Keypoint | null {
  for (let attempt = 0; attempt < 5; attempt++) {
    derive(layers, s, y * width + x, width);
    if (!findTop()) return null;
    const [ox, oy, os] = [offset[0], offset[1], offset[2]];
    if (Math.abs(ox) < 0.5 && Math.abs(oy) < 0.5 && Math.abs(os) < 0.5) {
      const contrast = Math.abs(cell[VALUE] + (cell[DX] * ox + cell[DY] * oy + cell[DS] * os) / 2);
      if (contrast * SCALES < limits.contrast || isEdge(limits.edgeRatio)) return null;
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

function isEdge(ratio: number): boolean {
  const trace = cell[DXX] + cell[DYY];
  const determinant = cell[DXX] * cell[DYY] - cell[DXY] * cell[DXY];
  return determinant <= 0 || trace * trace * ratio >= (ratio + 1) ** 2 * determinant;
}
