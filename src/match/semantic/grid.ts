import type { FlowField, Homography, ScalarField, Size } from '../../core/index.ts';
import type { MatchResult } from '../../../kernels/match/index.ts';

/**
 * From pixels of an image to cells: the image is brought to `side` x `side` pixels under the half-pixel convention,
 * and `cells` of them lie evenly from its first pixel to its last.
 */
export function pixelsToCells({ width, height }: Size, side: number, cells: number): Homography {
  const step = (side - 1) / (cells - 1);
  const [sx, sy] = [side / width / step, side / height / step];
  return [sx, 0, sx / 2 - 0.5 / step, 0, sy, sy / 2 - 0.5 / step, 0, 0, 1];
}

/** From -1..1, the plane that regressors speak of, to cells. */
export function planeToCells(cells: number): Homography {
  const half = (cells - 1) / 2;
  return [half, 0, half, 0, half, half, 0, 0, 1];
}

/** How the positions of an axis are interpolated between cells: the lower cell and the share of the next one. */
interface Taps {
  readonly place: Float64Array;
  readonly low: Int32Array;
  readonly share: Float64Array;
}

/** Pixel k lies at `scale * k + offset` in cells; outside, the border cell is repeated. */
function axisTaps(count: number, scale: number, offset: number, cells: number): Taps {
  const place = Float64Array.from({ length: count }, (_, k) => scale * k + offset);
  const inside = place.map((value) => Math.min(Math.max(value, 0), cells - 1));
  const low = Int32Array.from(inside, (value) => Math.min(Math.floor(value), cells - 2));
  return { place, low, share: inside.map((value, k) => value - low[k]) };
}

/**
 * The dense flow from A to B of a match of their cells, in pixels, with its confidence.
 *
 * @param side pixels of the square that both images were brought to
 */
export function denseFlow(
  { flow, confidence }: MatchResult,
  cells: number,
  side: number,
  a: Size,
  b: Size,
): { readonly flow: FlowField; readonly confidence: ScalarField } {
  const [toCells, fromCells] = [pixelsToCells(a, side, cells), pixelsToCells(b, side, cells)];
  const columns = axisTaps(a.width, toCells[0], toCells[2], cells);
  const rows = axisTaps(a.height, toCells[4], toCells[5], cells);
  const { width, height } = a;
  const data = new Float32Array(width * height * 2);
  const sure = new Float32Array(width * height);
  const area = cells * cells;
  for (let y = 0, i = 0; y < height; y++) {
    const [row, ty] = [rows.low[y] * cells, rows.share[y]];
    for (let x = 0; x < width; x++, i++) {
      const at = row + columns.low[x];
      const tx = columns.share[x];
      const [p, q, r, s] = [(1 - tx) * (1 - ty), tx * (1 - ty), (1 - tx) * ty, tx * ty];
      const [right, below, beyond] = [at + 1, at + cells, at + cells + 1];
      const u = p * flow[at] + q * flow[right] + r * flow[below] + s * flow[beyond];
      const v =
        p * flow[area + at] + q * flow[area + right] + r * flow[area + below] + s * flow[area + beyond];
      data[2 * i] = (columns.place[x] + u - fromCells[2]) / fromCells[0] - x;
      data[2 * i + 1] = (rows.place[y] + v - fromCells[5]) / fromCells[4] - y;
      sure[i] = p * confidence[at] + q * confidence[right] + r * confidence[below] + s * confidence[beyond];
    }
  }
  return { flow: { width, height, data }, confidence: { width, height, data: sure } };
}
