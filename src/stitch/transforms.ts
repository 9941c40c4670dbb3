import type { Matrix3 } from '../core/index.ts';
import {
  ShapeError,
  WhitherError,
  checkHomography,
  checkInteger,
  checkOneOf,
  expected,
} from '../core/index.ts';
import { PROJECTION_NAMES } from './canvas/index.ts';
import type { PanoramaReport } from './report.ts';
import type { CameraModel, ProjectionName } from './types.ts';

/** Everything needed to stitch further images of the same cameras without looking for matches again. */
export interface Transforms {
  readonly model: CameraModel;
  readonly projection: ProjectionName;
  /** False where the projection goes around up and down, for vertical sweeps. */
  readonly upright: boolean;
  /** Pixels a unit of the projection at full resolution. */
  readonly scale: number;
  /** As in {@link PanoramaReport}. */
  readonly distortion?: number;
  readonly images: readonly {
    readonly file: string;
    readonly width: number;
    readonly height: number;
    readonly focal?: number;
    /** As in {@link PanoramaReport}. */
    readonly homographyToPanorama: Matrix3;
  }[];
}

/** The part of a report that is reused. */
export function transformsOf(report: PanoramaReport, upright: boolean, scale: number): Transforms {
  return {
    model: report.model,
    projection: report.projection,
    upright,
    scale,
    ...(report.distortion && { distortion: report.distortion }),
    images: report.images.map(({ file, width, height, focal, homographyToPanorama }) => ({
      file,
      width,
      height,
      focal,
      homographyToPanorama,
    })),
  };
}

/**
 * Reads what `transformsOf` wrote, after a trip through JSON.
 *
 * @throws {WhitherError} where it is something else
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { stitch } from 'whither';
 * import { parseTransforms } from 'whither/stitch';
 *
 * const transforms = parseTransforms(JSON.parse(await readFile('transforms.json', 'utf8')));
 * const { panoramas } = await stitch([imageA, imageB], { transforms });
 */
export function parseTransforms(value: unknown): Transforms {
  const given = value as Partial<Transforms> | null;
  if (!given || typeof given !== 'object' || !Array.isArray(given.images) || !given.images.length)
    throw new WhitherError(
      'Expected transforms with a list of images: give a file that --save-transforms wrote',
    );
  const model = checkOneOf(given.model, 'model', ['rotation', 'affine', 'homography'] as const);
  const images = given.images.map((image: unknown, i) => parseImage(image, `images[${i}]`));
  const projection = checkOneOf(given.projection, 'projection', PROJECTION_NAMES);
  if (!(typeof given.scale === 'number' && given.scale > 0 && given.scale < Infinity))
    throw expected('a number above 0', 'scale', given.scale);
  const { scale, distortion, upright } = given;
  if (distortion !== undefined && !(typeof distortion === 'number' && Math.abs(distortion) < 1))
    throw expected('a number above -1 and below 1', 'distortion', distortion);
  return { model, projection, upright: upright !== false, scale, ...(distortion && { distortion }), images };
}

function parseImage(value: unknown, name: string): Transforms['images'][number] {
  if (typeof value !== 'object' || value === null) throw expected('an object', name, value);
  const { file, width, height, focal, homographyToPanorama } = value as Record<string, unknown>;
  if (typeof file !== 'string') throw expected('a file name', `${name}.file`, file);
  if (focal !== undefined && !(typeof focal === 'number' && focal > 0 && focal < Infinity))
    throw expected('a number above 0', `${name}.focal`, focal);
  return {
    file,
    width: checkInteger(width, `${name}.width`, 1),
    height: checkInteger(height, `${name}.height`, 1),
    ...(focal !== undefined && { focal }),
    homographyToPanorama: checkHomography(homographyToPanorama as Matrix3, `${name}.homographyToPanorama`),
  };
}

/** Checks that images, in their order, have the sizes that transforms were made for. */
export function checkFits(
  transforms: Transforms,
  sources: readonly { readonly name: string; readonly width: number; readonly height: number }[],
): void {
  const { images } = transforms;
  if (images.length !== sources.length)
    throw new ShapeError(
      `Expected ${images.length} images for the transforms but received ${sources.length}: give them in the same order`,
    );
  sources.forEach(({ name, width, height }, i) => {
    if (width !== images[i].width || height !== images[i].height)
      throw new ShapeError(
        `Expected ${name} to be ${images[i].width} x ${images[i].height}, as ${images[i].file} was when the ` +
          `transforms were made, but it is ${width} x ${height}`,
      );
  });
}
