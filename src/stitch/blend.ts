import type { Rectangle } from './layout.ts';
import { double, halve } from './pyramid.ts';

/** One picture's part of a tile. */
export interface Layer {
  /** Where, within the tile; corners on multiples of `2 ** levels` for {@link blendMultiband}. */
  readonly area: Rectangle;
  /** Red, green, blue of the area. */
  readonly rgb: Float32Array;
  /** 1 where the tile takes its pixel from this picture; no two layers claim one pixel. */
  readonly owned: Uint8Array;
}

/** A tile's colours, 0 to 255 or a little beyond; 0 where no layer has a pixel. */
export type Tile = Float32Array;

/** Each pixel from its owner, and nothing else. */
export function blendNone(width: number, height: number, layers: readonly Layer[]): Tile {
  const tile = new Float32Array(width * height * 3);
  for (const { area, rgb, owned } of layers)
    for (let y = 0; y < area.height; y++)
      for (let x = 0; x < area.width; x++) {
        const k = y * area.width + x;
        if (!owned[k]) continue;
        const o = ((y + area.y) * width + x + area.x) * 3;
        tile[o] = rgb[3 * k];
        tile[o + 1] = rgb[3 * k + 1];
        tile[o + 2] = rgb[3 * k + 2];
      }
  return tile;
}

/**
 * Coarse structures are mixed over wide zones and fine ones over narrow zones about the seams (Burt and Adelson 1983;
 * Brown and Lowe 2007, section 7). The finest band is each owner's own, so nothing is blurred.
 *
 * @param levels bands beside the finest; the widest zone is about `2 ** (levels + 1)` pixels
 */
export function blendMultiband(
  width: number,
  height: number,
  layers: readonly Layer[],
  levels: number,
): Tile {
  const tile = blendNone(width, height, layers);
  if (levels < 1 || layers.length < 2) return tile;
  const coarse = layers.map(({ area, rgb, owned }) => ({
    area: { x: area.x >> 1, y: area.y >> 1, width: area.width >> 1, height: area.height >> 1 },
    rgb: halve(rgb, area.width, area.height, 3),
    share: halve(Float32Array.from(owned), area.width, area.height, 1),
  }));
  blendCoarse(width >> 1, height >> 1, coarse, levels).forEach((change, v) => {
    const { width: w, height: h } = coarse[v].area;
    addOwned(tile, width, layers[v], double(change, w, h, 3));
  });
  return tile;
}

/** One picture's part of a tile, made smaller. */
export interface CoarseLayer {
  /** In pixels of the smaller tile; corners on multiples of `2 ** (levels - 1)`. */
  readonly area: Rectangle;
  readonly rgb: Float32Array;
  /** Share of each pixel that the tile takes from this picture, 0 to 1. */
  readonly share: Float32Array;
}

/**
 * What multiband blending changes in each picture, of a tile made smaller: what is to be added, enlarged, to the
 * picture's own pixels. Away from the seams it is 0.
 *
 * @param width of the smaller tile
 * @param levels bands, the finest among them
 */
export function blendCoarse(
  width: number,
  height: number,
  layers: readonly CoarseLayer[],
  levels: number,
): Float32Array[] {
  const bands = Array.from({ length: levels }, (_, l) => createBand(width >> l, height >> l));
  for (const layer of layers) addLayer(layer, bands);
  let blended = normalizeBand(bands[levels - 1]);
  for (let l = levels - 2; l >= 0; l--) {
    const raised = double(blended, bands[l + 1].width, bands[l + 1].height, 3);
    blended = normalizeBand(bands[l]);
    for (let i = 0; i < blended.length; i++) blended[i] += raised[i];
  }
  return layers.map(({ area, rgb }) => {
    const change = new Float32Array(rgb.length);
    const { weight } = bands[0];
    for (let y = 0, o = 0; y < area.height; y++) {
      let from = (y + area.y) * width + area.x;
      for (let x = 0; x < area.width; x++, o += 3, from++) {
        // Past the edge of all pictures there is nothing to change.
        if (weight[from] === 0) continue;
        change[o] = blended[3 * from] - rgb[o];
        change[o + 1] = blended[3 * from + 1] - rgb[o + 1];
        change[o + 2] = blended[3 * from + 2] - rgb[o + 2];
      }
    }
    return change;
  });
}

/** Weighted sums of one band. */
interface Band {
  readonly width: number;
  readonly height: number;
  readonly sum: Float32Array;
  readonly weight: Float32Array;
}

const createBand = (width: number, height: number): Band => ({
  width,
  height,
  sum: new Float32Array(width * height * 3),
  weight: new Float32Array(width * height),
});

function addLayer({ area, rgb, share }: CoarseLayer, bands: readonly Band[]): void {
  let [w, h] = [area.width, area.height];
  let colours = rgb;
  let weights = share;
  for (let l = 0; l < bands.length; l++) {
    const last = l === bands.length - 1;
    const smaller = last ? undefined : halve(colours, w, h, 3);
    const predicted = smaller && double(smaller, w >> 1, h >> 1, 3);
    addBand(bands[l], area.x >> l, area.y >> l, w, h, colours, predicted, weights);
    if (!smaller) break;
    weights = halve(weights, w, h, 1);
    colours = smaller;
    [w, h] = [w >> 1, h >> 1];
  }
}

function addBand(
  { width, sum, weight }: Band,
  left: number,
  top: number,
  w: number,
  h: number,
  colours: Float32Array,
  predicted: Float32Array | undefined,
  weights: Float32Array,
): void {
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const k = y * w + x;
      const share = weights[k];
      if (share === 0) continue;
      const o = (y + top) * width + x + left;
      weight[o] += share;
      const [p, q] = [3 * k, 3 * o];
      if (predicted) {
        sum[q] += share * (colours[p] - predicted[p]);
        sum[q + 1] += share * (colours[p + 1] - predicted[p + 1]);
        sum[q + 2] += share * (colours[p + 2] - predicted[p + 2]);
      } else {
        sum[q] += share * colours[p];
        sum[q + 1] += share * colours[p + 1];
        sum[q + 2] += share * colours[p + 2];
      }
    }
}

function normalizeBand({ sum, weight }: Band): Float32Array {
  const out = new Float32Array(sum.length);
  for (let i = 0; i < weight.length; i++) {
    if (weight[i] < 1e-6) continue;
    for (let c = 0; c < 3; c++) out[3 * i + c] = sum[3 * i + c] / weight[i];
  }
  return out;
}

function addOwned(tile: Tile, width: number, { area, owned }: Layer, change: Float32Array): void {
  for (let y = 0; y < area.height; y++)
    for (let x = 0; x < area.width; x++) {
      const k = y * area.width + x;
      if (!owned[k]) continue;
      const o = ((y + area.y) * width + x + area.x) * 3;
      tile[o] += change[3 * k];
      tile[o + 1] += change[3 * k + 1];
      tile[o + 2] += change[3 * k + 2];
    }
}

/** Pictures mixed by weights that fall to 0 at their edges; of `weights` one a pixel of the layer's area. */
export function blendFeather(
  width: number,
  height: number,
  layers: readonly {
    readonly area: Rectangle;
    readonly rgb: Float32Array | Uint8Array;
    readonly weights: Float32Array;
  }[],
): Tile {
  const tile = new Float32Array(width * height * 3);
  const total = new Float32Array(width * height);
  for (const { area, rgb, weights } of layers)
    for (let y = 0; y < area.height; y++)
      for (let x = 0; x < area.width; x++) {
        const k = y * area.width + x;
        const o = (y + area.y) * width + x + area.x;
        if (weights[k] <= 0) continue;
        total[o] += weights[k];
        for (let c = 0; c < 3; c++) tile[3 * o + c] += weights[k] * rgb[3 * k + c];
      }
  for (let o = 0; o < total.length; o++)
    if (total[o] > 0) for (let c = 0; c < 3; c++) tile[3 * o + c] /= total[o];
  return tile;
}
