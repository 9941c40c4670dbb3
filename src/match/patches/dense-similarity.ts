import { correlate, correlateAllPairs } from '../../../kernels/correlation/index.ts';
import type { AllPairsVolume } from '../../../kernels/correlation/index.ts';
import type { CostVolume } from '../../../kernels/types.ts';
import { ShapeError, checkInteger } from '../../core/index.ts';
import type { ScalarField } from '../../core/index.ts';
import type { CellGrid } from './cell-grid.ts';
import { describeDense } from './dense.ts';
import type { DenseOptions } from './dense.ts';
import type { PatchModel } from './patch-model.ts';
import type { PatchImage } from '../patch-image.ts';
import { toUnitLength } from './similarity-map.ts';

/** How alike every cell of A is to every cell of B: cosines of their descriptors, -1 to 1. */
export interface DenseSimilarity {
  readonly volume: AllPairsVolume;
  /** Where the cells lie in both images. */
  readonly grid: CellGrid;
}

/** How alike every cell of A is to the cells of B around the same place. */
export interface LocalSimilarity {
  /** Cosines; displacements in cells, rows slow. Cells outside B count 0. */
  readonly volume: CostVolume;
  readonly grid: CellGrid;
}

/** Scores of one volume, above which an image is too large for it: 2 GiB. */
const MOST_SCORES = 2 ** 29;

/**
 * Compares every place of A with every place of B through the all-pairs correlation kernel.
 *
 * @throws {ShapeError} where the volume would not fit: make the images smaller, or use {@link localSimilarity}
 * @example
 * import { loadPatchModel, scalarToImage } from 'whither';
 * import { denseSimilarity, similaritiesOfCell } from 'whither/features';
 *
 * await using model = await loadPatchModel();
 * const similarity = await denseSimilarity(model, imageA, imageB);
 * const shown = scalarToImage(similaritiesOfCell(similarity, 10, 4));
 */
export async function denseSimilarity(
  model: PatchModel,
  imageA: PatchImage,
  imageB: PatchImage,
  options: DenseOptions = {},
): Promise<DenseSimilarity> {
  const a = await describeDense(model, imageA, options);
  const b = await describeDense(model, imageB, options);
  if (a.width * a.height * b.width * b.height > MOST_SCORES)
    throw new ShapeError(
      `Expected images whose comparison has at most ${MOST_SCORES} scores but received ` +
        `${a.width} x ${a.height} and ${b.width} x ${b.height} cells: make them smaller, or use localSimilarity`,
    );
  const volume = await correlateAllPairs(toUnitLength(a), toUnitLength(b), 'none');
  return { volume, grid: { stride: a.stride, origin: a.origin } };
}

/**
 * Compares every place of A with the places of B at most `radius` cells to each side, through the local correlation
 * kernel.
 *
 * @param imageB of the size of A
 * @param radius in cells, 0 or more
 * @example
 * import { loadPatchModel } from 'whither';
 * import { localSimilarity } from 'whither/features';
 *
 * await using model = await loadPatchModel();
 * const { volume, grid } = await localSimilarity(model, imageA, imageB, 4);
 */
export async function localSimilarity(
  model: PatchModel,
  imageA: PatchImage,
  imageB: PatchImage,
  radius: number,
  options: DenseOptions = {},
): Promise<LocalSimilarity> {
  checkInteger(radius, 'radius', 0, 4096);
  const a = await describeDense(model, imageA, options);
  const b = await describeDense(model, imageB, options);
  if (a.width !== b.width || a.height !== b.height)
    throw new ShapeError(
      `Expected images of one size but their maps are ${a.width} x ${a.height} and ${b.width} x ${b.height} cells`,
    );
  const volume = await correlate(toUnitLength(a), toUnitLength(b), { radius, scale: 'none' });
  return { volume, grid: { stride: a.stride, origin: a.origin } };
}

/**
 * The similarities of one cell of A with all of B, sharing memory with the volume.
 *
 * @param column of the cell in A
 * @param row of the cell in A
 * @example
 * import { loadPatchModel, scalarToImage } from 'whither';
 * import { denseSimilarity, similaritiesOfCell } from 'whither/features';
 *
 * await using model = await loadPatchModel();
 * const similarity = await denseSimilarity(model, imageA, imageB);
 * const shown = scalarToImage(similaritiesOfCell(similarity, 10, 4));
 */
export function similaritiesOfCell({ volume }: DenseSimilarity, column: number, row: number): ScalarField {
  checkInteger(column, 'column', 0, volume.widthA - 1);
  checkInteger(row, 'row', 0, volume.heightA - 1);
  const size = volume.heightB * volume.widthB;
  const first = (row * volume.widthA + column) * size;
  return { width: volume.widthB, height: volume.heightB, data: volume.data.subarray(first, first + size) };
}
