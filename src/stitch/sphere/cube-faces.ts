import type { Image, OptionNames } from '../../core/index.ts';
import { checkInteger, checkOptions } from '../../core/index.ts';
import { checkSphere, viewSphere } from './view-sphere.ts';

/** The faces of a cube about the viewer; up and down adjoin the front by their lower and upper edge. */
export type CubeFace = 'front' | 'right' | 'back' | 'left' | 'up' | 'down';

type Ray = readonly [x: number, y: number, z: number];

/** The ray at a place of each face, from -1 to 1 to the right and down. */
const RAYS: Readonly<Record<CubeFace, (u: number, v: number) => Ray>> = {
  front: (u, v) => [u, v, 1],
  right: (u, v) => [1, v, -u],
  back: (u, v) => [-u, v, -1],
  left: (u, v) => [-1, v, u],
  up: (u, v) => [u, -1, v],
  down: (u, v) => [u, 1, -v],
};

export const CUBE_FACES = Object.keys(RAYS) as readonly CubeFace[];

/** Options of `cubeFaces`. */
export interface CubeOptions {
  /** Pixels along a side of a face; defaults to the sphere's width by pi, which keeps its resolution in the middle. */
  readonly size?: number;
}

const OPTIONS: OptionNames<CubeOptions> = { size: true };

/**
 * The six faces of a cube about the viewer, as game engines and viewers take them, one after the other.
 *
 * @param sphere longitude from left to right, latitude from top to bottom, twice as wide as high
 * @example
 * import { stitch, writeImage } from 'whither';
 * import { cubeFaces } from 'whither/stitch';
 *
 * const { panoramas } = await stitch([imageA, imageB], { projection: 'equirectangular' });
 * for (const { face, image } of cubeFaces(panoramas[0].image!)) await writeImage(`${face}.jpg`, image);
 */
export function* cubeFaces(
  sphere: Image,
  options: CubeOptions = {},
): Generator<{ readonly face: CubeFace; readonly image: Image }> {
  checkOptions(options, OPTIONS, 'cubeFaces');
  const { size = Math.max(1, Math.round(checkSphere(sphere).width / Math.PI)) } = options;
  checkInteger(size, 'size', 1);
  const toUnit = (at: number): number => (2 * (at + 0.5)) / size - 1;
  for (const face of CUBE_FACES) {
    const rayAt = (x: number, y: number, out: Float64Array): Float64Array => {
      out.set(RAYS[face](toUnit(x), toUnit(y)));
      return out;
    };
    yield { face, image: viewSphere(sphere, { width: size, height: size }, rayAt) };
  }
}
