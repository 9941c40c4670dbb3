/** Flow values on a grid that is to be enlarged. */
export interface CoarseFlow {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
  /** Places between the u of one pixel and of the next: 2 where u and v are interleaved, 1 where they are planes. */
  readonly pixelStride: number;
  /** Places between u and v of one pixel. */
  readonly componentStride: number;
}

/**
 * Adds the flow, enlarged, to `out`: bilinear under the half-pixel convention, the edge repeated, u and v multiplied
 * by a factor each. As `resizePlanes` followed by an addition, without the arrays between.
 *
 * @param out u and v interleaved, `width` x `height`
 * @param fullWidth columns that the flow covers when enlarged; `out` holds the first `width` of them
 * @param fullHeight rows, likewise
 */
export function addEnlarged(
  flow: CoarseFlow,
  out: Float32Array,
  size: { readonly width: number; readonly height: number },
  full: { readonly width: number; readonly height: number },
  factors: readonly [number, number] = [1, 1],
): void {
  const horizontal = axisPlaces(flow.width, full.width, size.width);
  const vertical = axisPlaces(flow.height, full.height, size.height);
  // One column more than the flow has: the right neighbour of the last, whose share is 0.
  const row = new Float32Array(flow.width * 2 + 2);
  const { cells, shares } = vertical;
  for (let y = 0; y < size.height; y++) {
    blendRows(flow, cells[y], shares[y], factors, row);
    addRow(row, horizontal, out, y * size.width * 2);
  }
}

/** Adds a row, stretched, from place `o` on. */
function addRow(row: Float32Array, { cells, shares }: Places, out: Float32Array, o: number): void {
  for (let x = 0; x < cells.length; x++, o += 2) {
    const i = cells[x] * 2;
    const share = shares[x];
    const u = row[i];
    const v = row[i + 1];
    out[o] += u + share * (row[i + 2] - u);
    out[o + 1] += v + share * (row[i + 3] - v);
  }
}

/** A row of the flow and its lower neighbour's share, u and v interleaved. */
function blendRows(
  { width, height, data, pixelStride, componentStride }: CoarseFlow,
  y: number,
  share: number,
  [factorU, factorV]: readonly [number, number],
  row: Float32Array,
): void {
  const upper = y * width * pixelStride;
  const lower = Math.min(y + 1, height - 1) * width * pixelStride;
  for (let x = 0, i = 0; x < width; x++, i += pixelStride) {
    const u = i;
    const v = i + componentStride;
    row[x * 2] = factorU * (data[upper + u] + share * (data[lower + u] - data[upper + u]));
    row[x * 2 + 1] = factorV * (data[upper + v] + share * (data[lower + v] - data[upper + v]));
  }
  row[width * 2] = row[width * 2 - 2];
  row[width * 2 + 1] = row[width * 2 - 1];
}

/** Where samples of an axis lie: the cell on the left of each, and the share of the one on its right. */
interface Places {
  readonly cells: Int32Array;
  readonly shares: Float32Array;
}

/** Of the first `count` of `to` samples made of `from`. */
function axisPlaces(from: number, to: number, count: number): Places {
  const cells = new Int32Array(count);
  const shares = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const place = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    cells[i] = Math.floor(place);
    shares[i] = place - cells[i];
  }
  return { cells, shares };
}
