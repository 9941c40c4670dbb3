import type { Image } from '../../core/index.ts';
import { imagePlanes, resizePlanes } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { checkFinite, checkOutput } from '../../runtime/index.ts';
import type { SemanticManifest, Session } from '../../runtime/index.ts';

import { textureOf } from './texture.ts';
import type { Size } from '../../core/index.ts';

/** What is known of an image, on a square grid of cells. */
export interface SemanticFeatures {
  /** Of the image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Red, green and blue as the trunk takes them, for a second look. */
  readonly planes: FeatureMap;
  /** Unit vectors. */
  readonly map: FeatureMap;
  /** How much there is to see, from 0 to 1; one value a cell. Low all over where the image has fewer pixels than cells. */
  readonly texture: Float32Array;
}

/** Added under each root: a vector of nothing stays one. */
const EPSILON = 1e-6;

/** What the trunk says of an image. */
export function extractSemanticFeatures(
  trunk: Session,
  manifest: SemanticManifest,
  image: Image,
): Promise<SemanticFeatures> {
  const { size, range } = manifest.input;
  return describePlanes(trunk, manifest, resizePlanes(imagePlanes(image, 1, range), size, size), image);
}

/**
 * What the trunk says of an image brought to its size: unit vectors on a grid of `cells` x `cells` whose corner cells lie
 * on the image's corners, the channels of all features side by side.
 *
 * @param planes red, green and blue in the range of the manifest
 * @param size of the image that they were made of
 */
export async function describePlanes(
  trunk: Session,
  { input, features, cells }: SemanticManifest,
  planes: FeatureMap,
  { width, height }: Size,
): Promise<SemanticFeatures> {
  const outputs = await trunk.run({ image: { dims: [1, 3, input.size, input.size], data: planes.data } });
  const maps = features.map(({ output, channels, weight }) => {
    const { dims, data } = checkOutput(outputs[output], [1, channels, null, null], output);
    checkFinite(data, output);
    const map = { channels: dims[1], height: dims[2], width: dims[3], data };
    return toUnitVectors(resizeAligned(map, cells), weight);
  });
  const white = (input.range[1] - input.range[0]) / 2;
  // Cells that share one pixel of the image show nothing of their own, whatever lies between the pixels.
  const detail = Math.min(1, width / cells) * Math.min(1, height / cells);
  const texture = textureOf(planes, cells, white).map((value) => value * detail);
  return { width, height, planes, map: toUnitVectors(join(maps)), texture };
}

/** Bilinear resizing to `cells` x `cells` that keeps the corners in place. */
export function resizeAligned(map: FeatureMap, cells: number): FeatureMap {
  const { channels, height, width } = map;
  if (height === cells && width === cells) return map;
  const step = (count: number): number => (cells > 1 ? (count - 1) / (cells - 1) : 0);
  return sampleCells(map, cells, (x, y) => [x * step(width), y * step(height)], channels);
}

/**
 * A map looked up between its cells, bilinearly; nothing lies outside.
 *
 * @param place where the value of cell (x, y) of the result is found, in cells of `map`
 */
export function sampleCells(
  { height, width, data }: FeatureMap,
  cells: number,
  place: (x: number, y: number) => readonly [x: number, y: number],
  channels: number,
): FeatureMap {
  const out = new Float32Array(channels * cells * cells);
  for (let y = 0; y < cells; y++)
    for (let x = 0; x < cells; x++) {
      const [u, v] = place(x, y);
      const [left, top] = [Math.floor(u), Math.floor(v)];
      for (const [column, row, share] of [
        [left, top, (1 - u + left) * (1 - v + top)],
        [left + 1, top, (u - left) * (1 - v + top)],
        [left, top + 1, (1 - u + left) * (v - top)],
        [left + 1, top + 1, (u - left) * (v - top)],
      ]) {
        if (!(share > 0 && column >= 0 && row >= 0 && column < width && row < height)) continue;
        for (let c = 0; c < channels; c++)
          out[(c * cells + y) * cells + x] += share * data[(c * height + row) * width + column];
      }
    }
  return { channels, height: cells, width: cells, data: out };
}

/** Each cell's vector made `length` long. */
export function toUnitVectors({ channels, height, width, data }: FeatureMap, length = 1): FeatureMap {
  const cells = height * width;
  const squares = new Float64Array(cells);
  for (let c = 0; c < channels; c++) for (let i = 0; i < cells; i++) squares[i] += data[c * cells + i] ** 2;
  const scale = squares.map((square) => length / Math.sqrt(square + EPSILON));
  return { channels, height, width, data: data.map((value, k) => value * scale[k % cells]) };
}

function join(maps: readonly FeatureMap[]): FeatureMap {
  const channels = maps.reduce((sum, map) => sum + map.channels, 0);
  const { height, width } = maps[0];
  const data = new Float32Array(channels * height * width);
  let at = 0;
  for (const map of maps) {
    data.set(map.data, at);
    at += map.data.length;
  }
  return { channels, height, width, data };
}
