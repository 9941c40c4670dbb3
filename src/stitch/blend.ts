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
  if (levels < 1 || layers.length < 2) return blendNone(width, height, layers);
  const fine = new Float32Array(width * height * 3);
  const bands = Array.from({ length: levels }, (_, l) => createBand(width >> (l + 1), height >> (l + 1)));
  for (const layer of layers) addLayer(layer, fine, width, bands);
  let coarse = normalizeBand(bands[levels - 1]);
  for (let l = levels - 2; l >= 0; l--) {
    const { width: w, height: h } = bands[l + 1];
    const raised = double(coarse, w, h, 3);
    coarse = normalizeBand(bands[l]);
    for (let i = 0; i < coarse.length; i++) coarse[i] += raised[i];
  }
  return addOwned(fine, double(coarse, width >> 1, height >> 1, 3), width, layers);
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

function addLayer(
  { area, rgb, owned }: Layer,
  fine: Float32Array,
  width: number,
  bands: readonly Band[],
): void {
  let [w, h] = [area.width, area.height];
  let colours = rgb;
  let weights = Float32Array.from(owned);
  for (let l = 0; l <= bands.length; l++) {
    const last = l === bands.length;
    const smaller = last ? undefined : halve(colours, w, h, 3);
    const predicted = smaller && double(smaller, w >> 1, h >> 1, 3);
    if (l === 0) addFine(area, colours, predicted!, owned, fine, width);
    else addBand(bands[l - 1], area.x >> l, area.y >> l, w, h, colours, predicted, weights);
    if (last) break;
    weights = halve(weights, w, h, 1) as Float32Array<ArrayBuffer>;
    colours = smaller!;
    [w, h] = [w >> 1, h >> 1];
  }
}

function addFine(
  area: Rectangle,
  colours: Float32Array,
  predicted: Float32Array,
  owned: Uint8Array,
  fine: Float32Array,
  width: number,
): void {
  for (let y = 0; y < area.height; y++)
    for (let x = 0; x < area.width; x++) {
      const k = y * area.width + x;
      if (!owned[k]) continue;
      const o = ((y + area.y) * width + x + area.x) * 3;
      for (let c = 0; c < 3; c++) fine[o + c] = colours[3 * k + c] - predicted[3 * k + c];
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
      for (let c = 0; c < 3; c++)
        sum[3 * o + c] += share * (colours[3 * k + c] - (predicted ? predicted[3 * k + c] : 0));
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

function addOwned(fine: Float32Array, coarse: Float32Array, width: number, layers: readonly Layer[]): Tile {
  for (const { area, owned } of layers)
    for (let y = 0; y < area.height; y++)
      for (let x = 0; x < area.width; x++) {
        if (!owned[y * area.width + x]) continue;
        const o = ((y + area.y) * width + x + area.x) * 3;
        fine[o] += coarse[o];
        fine[o + 1] += coarse[o + 1];
        fine[o + 2] += coarse[o + 2];
      }
  return fine;
}

/** Pictures mixed by weights that fall to 0 at their edges; of `weights` one a pixel of the layer's area. */
export function blendFeather(
  width: number,
  height: number,
  layers: readonly (Omit<Layer, 'owned'> & { readonly weights: Float32Array })[],
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
