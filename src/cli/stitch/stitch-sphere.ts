import { extname } from 'node:path';
import { WhitherError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { writeImage } from '../../io/index.ts';
import { createMemorySink } from '../../stitch/compose/index.ts';
import { CUBE_FACES, cubeFaces, littlePlanet } from '../../stitch/sphere/index.ts';
import type { OpenSink, SphereArea } from '../../stitch/index.ts';
import type { StitchCommandOptions } from './stitch-options.ts';

type SphereOptions = Pick<
  StitchCommandOptions,
  'cube' | 'littlePlanet' | 'projection' | 'transforms' | 'force'
>;

/** cube-front.jpg and so on. */
const faceName = (path: string, face: string): string => {
  const extension = extname(path);
  return `${path.slice(0, -extension.length)}-${face}${extension}`;
};

/** The files that are made from the sphere. */
export const sphereOutputs = ({ cube, littlePlanet: planet }: SphereOptions): string[] => [
  ...(cube ? CUBE_FACES.map((face) => faceName(cube, face)) : []),
  ...(planet ? [planet] : []),
];

/** Whether more is made from the sphere than its panorama. */
export const needsSphere = ({ cube, littlePlanet: planet }: SphereOptions): boolean =>
  cube !== undefined || planet !== undefined;

/** The projection that is asked for: what is made from a sphere needs all of it. */
export function projectionOf(options: SphereOptions): SphereOptions['projection'] {
  const { projection, transforms } = options;
  if (!needsSphere(options) || transforms) return projection;
  if (projection && projection !== 'equirectangular')
    throw new WhitherError(
      `Expected --projection equirectangular with --cube and --little-planet but received ${projection}: leave one out`,
    );
  return 'equirectangular';
}

/** Keeps the first panorama in memory as it is written, where more is made from it. */
export function keepSphere(
  openSink: OpenSink,
  options: SphereOptions,
): { openSink: OpenSink; finish(): Promise<void> } {
  if (!needsSphere(options)) return { openSink, finish: () => Promise.resolve() };
  let sphere: Image | undefined;
  return {
    async openSink(index, width, height, about) {
      if (index > 0) return openSink(index, width, height, about);
      checkWhole(about.sphere);
      const file = await openSink(index, width, height, about);
      const memory = createMemorySink(width, height);
      sphere = memory.image;
      return {
        ...file,
        async write(area, data, covered) {
          await memory.write(area, data);
          await file.write(area, data, covered);
        },
      };
    },
    finish: () => writeFromSphere(sphere!, options),
  };
}

function checkWhole(sphere: SphereArea | undefined): void {
  if (sphere && sphere.width === sphere.fullWidth && sphere.height === sphere.fullHeight) return;
  throw new WhitherError(
    'Expected a whole sphere for --cube and --little-planet but these images make none: they need a camera that turns, ' +
      'no --crop, and transforms of an equirectangular panorama',
  );
}

async function writeFromSphere(
  sphere: Image,
  { cube, littlePlanet: planet, force }: SphereOptions,
): Promise<void> {
  const options = { overwrite: force };
  if (cube)
    for (const { face, image } of cubeFaces(sphere)) await writeImage(faceName(cube, face), image, options);
  if (planet) await writeImage(planet, littlePlanet(sphere), options);
}
