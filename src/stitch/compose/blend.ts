import type { Rectangle } from '../types.ts';

/** A tile's colours, 0 to 255 or a little beyond; 0 where no layer has a pixel. */
export type Tile = Float32Array;

/**
 * Images mixed by weights that fall to 0 at their edges; of `weights` one a pixel of the layer's area.
 *
 * @example
 * import { blendFeather } from 'whither/stitch';
 *
 * const layers = views.map(({ area, rgb, inside }) => ({ area, rgb, weights: Float32Array.from(inside) }));
 * const mixed = blendFeather(canvas.width, canvas.height, layers);
 */
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
