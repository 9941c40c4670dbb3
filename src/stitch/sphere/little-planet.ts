import type { Image, OptionNames } from '../../core/index.ts';
import { checkInteger, checkOptions } from '../../core/index.ts';
import { createProjection } from '../canvas/index.ts';
import { checkSphere, viewSphere } from './view-sphere.ts';

/** Options of `littlePlanet`. */
export interface PlanetOptions {
  /** Pixels along a side of the square; defaults to half of the sphere's width. */
  readonly size?: number;
}

const OPTIONS: OptionNames<PlanetOptions> = { size: true };

/** From the middle to the edge, where the horizon lies at 2. */
const EXTENT = 4;
/** Places along either side that a pixel is taken from: below the viewer the sphere is shown smaller. */
const SAMPLES = 3;

/**
 * The sphere seen from below by stereographic projection: the ground is a little planet in the middle, the horizon a circle
 * half way to the edges, and the middle of the panorama lies at the top.
 *
 * @param sphere longitude from left to right, latitude from top to bottom, twice as wide as high
 * @example
 * import { stitch, writeImage } from 'whither';
 * import { littlePlanet } from 'whither/stitch';
 *
 * const { panoramas } = await stitch([imageA, imageB], { projection: 'equirectangular' });
 * await writeImage('planet.jpg', littlePlanet(panoramas[0].image!, { size: 1200 }));
 */
export function littlePlanet(sphere: Image, options: PlanetOptions = {}): Image {
  checkOptions(options, OPTIONS, 'littlePlanet');
  const { size = Math.max(1, checkSphere(sphere).width >> 1) } = options;
  checkInteger(size, 'size', 1);
  const { unproject } = createProjection('stereographic');
  const toUnit = (at: number): number => ((2 * (at + 0.5)) / size - 1) * EXTENT;
  const rayAt = (x: number, y: number, out: Float64Array): Float64Array => {
    const [right, down, forward] = unproject(toUnit(x), toUnit(y), out);
    // What was forward is below, and what was up is forward.
    out[0] = right;
    out[1] = forward;
    out[2] = -down;
    return out;
  };
  return viewSphere(sphere, { width: size, height: size }, rayAt, SAMPLES);
}
