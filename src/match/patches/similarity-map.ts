import { correlateAllPairs } from '../../../kernels/correlation/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { ModelError, checkInteger, checkOptions, expected } from '../../core/index.ts';
import type { OptionNames, ScalarField } from '../../core/index.ts';
import type { Grey } from '../../features/index.ts';
import { findPeak, spreadCells } from './cell-grid.ts';
import type { CellGrid, Peak } from './cell-grid.ts';
import { checkDenseImage, countSquares, cutAround, cutSquares, describeDense } from './dense.ts';
import type { Scorer } from './measure.ts';
import { checkModel } from './patch-model.ts';
import type { PatchModel } from './patch-model.ts';
import { checkPatchImage, toGreyPlane } from '../patch-image.ts';
import type { PatchImage } from '../patch-image.ts';
import { repeatPatch } from './similarity.ts';

/** A point of an image; integer coordinates are pixel centres. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/** Where in B the surroundings of a point of A are found again. */
export interface SimilarityMap {
  /**
   * For each cell of B how alike it is to the point's patch: the cosine of the two descriptors, -1 to 1, or a
   * network's own score.
   */
  readonly cells: ScalarField;
  /** Where the cells lie in B. */
  readonly grid: CellGrid;
  /** The same for every pixel of B, linear between the cells. */
  readonly pixels: ScalarField;
  /** The best place, in pixels of B. */
  readonly peak: Peak;
  readonly model: string;
}

/** Options of `similarityMap`. */
export interface SimilarityMapOptions {
  /**
   * Pixels between the places of B that are looked at, where the model has no graph for whole images; defaults to 4,
   * 8 where the network compares two patches.
   */
  readonly stride?: number;
}

const OPTIONS: OptionNames<SimilarityMapOptions> = { stride: true };

/** Squares that a network compares at once. */
const SQUARES = 256;

/**
 * Compares the patch around a point of A with every place of B, at the scale of the images as they are.
 *
 * @param point inside image A
 * @throws {RangeError} for a point outside; ShapeError where B is smaller than a patch
 * @example
 * import { loadPatchModel, similarityMap } from 'whither';
 *
 * await using model = await loadPatchModel();
 * const { peak } = await similarityMap(model, imageA, { x: 120, y: 80 }, imageB);
 * console.log(`most alike at (${peak.x}, ${peak.y})`);
 */
export async function similarityMap(
  model: PatchModel,
  imageA: PatchImage,
  point: MapPoint,
  imageB: PatchImage,
  options: SimilarityMapOptions = {},
): Promise<SimilarityMap> {
  checkOptions(options, OPTIONS, 'similarityMap');
  const { measure, name } = checkModel(model);
  const greyA = checkPoint(imageA, point);
  const greyB = checkDenseImage(imageB, measure.patchSize, 'imageB');
  const patch = cutAround(greyA, measure.patchSize, point.x, point.y);
  const { cells, grid } =
    measure.kind === 'scorer'
      ? await scoreSquares(measure, patch, greyB, checkInteger(options.stride ?? 8, 'stride', 1))
      : await correlateWith(model, await describePatch(model, patch), imageB, options);
  const pixels = spreadCells(cells, grid, imageB.width, imageB.height);
  return { cells, grid, pixels, peak: findPeak(cells, grid), model: name };
}

function checkPoint(image: PatchImage, point: MapPoint): Grey {
  checkPatchImage(image, 'imageA');
  if (typeof point !== 'object' || point === null) throw expected('an x and a y', 'point', point);
  for (const [axis, size] of [
    ['x', image.width],
    ['y', image.height],
  ] as const) {
    const value = point[axis];
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw expected('a finite number', `point.${axis}`, value);
    if (value < -0.5 || value > size - 0.5)
      throw new RangeError(
        `Expected a place inside the image, 0 to ${size - 1}, for point.${axis} but received ${value}`,
      );
  }
  return toGreyPlane(image);
}

type PackedPatch = ReturnType<typeof cutAround>;

/** The patch's descriptor as a map of one cell. */
async function describePatch(model: PatchModel, patch: PackedPatch): Promise<FeatureMap> {
  const { measure } = model;
  if (measure.kind !== 'describer') throw new ModelError(`Expected ${model.name} to make descriptors`);
  const { length, data } = await measure.describe(patch);
  return { channels: length, height: 1, width: 1, data };
}

async function correlateWith(
  model: PatchModel,
  one: FeatureMap,
  imageB: PatchImage,
  options: SimilarityMapOptions,
): Promise<{ cells: ScalarField; grid: CellGrid }> {
  const { stride, origin, ...map } = await describeDense(model, imageB, options);
  const { data } = await correlateAllPairs(toUnitLength(one), toUnitLength(map), 'none');
  return { cells: { width: map.width, height: map.height, data }, grid: { stride, origin } };
}

async function scoreSquares(
  scorer: Scorer,
  patch: PackedPatch,
  image: Grey,
  stride: number,
): Promise<{ cells: ScalarField; grid: CellGrid }> {
  const size = scorer.patchSize;
  const width = countSquares(image.width, size, stride);
  const height = countSquares(image.height, size, stride);
  const data = new Float32Array(width * height);
  for (let first = 0; first < data.length; first += SQUARES) {
    const squares = cutSquares(image, size, stride, first, Math.min(first + SQUARES, data.length));
    data.set(await scorer.score(repeatPatch(patch, squares.count), squares), first);
  }
  return { cells: { width, height, data }, grid: { stride, origin: (size - 1) / 2 } };
}

/** Every cell's vector divided by its length, so that products are cosines; vectors of length 0 stay. */
export function toUnitLength({ channels, height, width, data }: FeatureMap): FeatureMap {
  const cells = height * width;
  const squares = new Float32Array(cells);
  for (let k = 0; k < data.length; k++) squares[k % cells] += data[k] * data[k];
  const scales = squares.map((square) => (square === 0 ? 0 : 1 / Math.sqrt(square)));
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < cells; i++) out[c * cells + i] = data[c * cells + i] * scales[i];
  return { channels, height, width, data: out };
}
