import { double, halve, smooth } from './pyramid.ts';
import { LEAST_WEIGHT } from './types.ts';
import type { BlendLayer } from './types.ts';

/**
 * The definition: the bands of all images are summed with their shares as weights, and the sums of bands are put
 * together (Burt and Adelson 1983).
 *
 * @example
 * import { blendReference } from 'whither/kernels';
 *
 * const changes = blendReference(width, height, layers, 5);
 */
export function blendReference(
  width: number,
  height: number,
  layers: readonly BlendLayer[],
  levels: number,
): Float32Array[] {
  const bands = Array.from({ length: levels }, (_, l) => createBand(width >> l, height >> l));
  const smoothed = layers.map(({ area, rgb }) => smooth(rgb, area.width, area.height));
  layers.forEach((layer, k) => addLayer(layer, smoothed[k], bands));
  let blended = normalizeBand(bands[levels - 1]);
  for (let l = levels - 2; l >= 0; l--) {
    const raised = double(blended, bands[l + 1].width, bands[l + 1].height, 3);
    blended = normalizeBand(bands[l]).map((value, i) => value + raised[i]);
  }
  return layers.map(({ area }, k) => changeOf(area, smoothed[k], bands[0], blended));
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

function addLayer({ area, share }: BlendLayer, smoothed: Float32Array, bands: readonly Band[]): void {
  let [w, h] = [area.width, area.height];
  let [colours, weights] = [smoothed, share];
  for (let l = 0; l < bands.length; l++) {
    const smaller = l < bands.length - 1 ? halve(colours, w, h, 3) : undefined;
    const predicted = smaller && double(smaller, w >> 1, h >> 1, 3);
    const { width, sum, weight } = bands[l];
    for (let k = 0; k < w * h; k++) {
      const o = (Math.floor(k / w) + (area.y >> l)) * width + (k % w) + (area.x >> l);
      weight[o] += weights[k];
      for (let c = 0; c < 3; c++)
        sum[3 * o + c] += weights[k] * (colours[3 * k + c] - (predicted ? predicted[3 * k + c] : 0));
    }
    if (!smaller) return;
    weights = halve(weights, w, h, 1);
    colours = smaller;
    [w, h] = [w >> 1, h >> 1];
  }
}

const normalizeBand = ({ sum, weight }: Band): Float32Array =>
  sum.map((value, i) => {
    const total = weight[Math.floor(i / 3)];
    return total < LEAST_WEIGHT ? 0 : value / total;
  });

function changeOf(
  area: BlendLayer['area'],
  smoothed: Float32Array,
  { width, weight }: Band,
  blended: Float32Array,
): Float32Array {
  const change = new Float32Array(4 * area.width * area.height);
  for (let k = 0; k < area.width * area.height; k++) {
    const o = (Math.floor(k / area.width) + area.y) * width + (k % area.width) + area.x;
    // Past the edge of all images there is nothing to change.
    if (weight[o] < LEAST_WEIGHT) continue;
    for (let c = 0; c < 3; c++) change[4 * k + c] = blended[3 * o + c] - smoothed[3 * k + c];
  }
  return change;
}
