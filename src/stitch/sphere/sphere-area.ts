import type { PanoramaCanvas } from '../canvas/index.ts';

/** Which part of all around a panorama shows, in its pixels. */
export interface SphereArea {
  readonly projection: 'equirectangular' | 'cylindrical';
  /** Of the panorama. */
  readonly width: number;
  readonly height: number;
  /** Of the whole sphere, 360 x 180 degrees; of a cylinder the height of the panorama. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** Columns of the whole to the left of the panorama, 180 degrees from its middle on. */
  readonly left: number;
  /** Rows of the whole above the panorama; of a cylinder counted from the horizon, negative above it. */
  readonly top: number;
}

/** The area of a canvas; undefined where viewers know no such projection. */
export function sphereAreaOf(canvas: PanoramaCanvas): SphereArea | undefined {
  const { projectionName, upright, scale, width, height } = canvas;
  if (!upright) return undefined;
  const fullWidth = Math.max(width, 2 * Math.round(Math.PI * scale));
  // From the middle of the first pixel to its edge.
  const [x, y] = [canvas.left - 0.5, canvas.top - 0.5];
  const left = clamp(x + fullWidth / 2, fullWidth - width);
  if (projectionName === 'cylindrical')
    return {
      ...{ projection: 'cylindrical', width, height, fullWidth, left },
      fullHeight: height,
      top: Math.round(y),
    };
  if (projectionName !== 'spherical' && projectionName !== 'equirectangular') return undefined;
  const fullHeight = Math.max(height, Math.round(fullWidth / 2));
  const top = clamp(y + fullHeight / 2, fullHeight - height);
  return { projection: 'equirectangular', width, height, fullWidth, fullHeight, left, top };
}

const clamp = (at: number, most: number): number => Math.max(0, Math.min(most, Math.round(at)));

/** From this field of view on, in degrees, viewers are told to let one look around. */
const LEAST_FIELD = 100;

/**
 * The Photo Sphere metadata (GPano) of a panorama, as an XMP packet: viewers then know which part of the sphere the image
 * shows, and open it as a panorama from 100 degrees on.
 *
 * @example
 * import { stitch } from 'whither';
 * import { createTiledImage, sphereXmp } from 'whither/stitch';
 *
 * await stitch([imageA, imageB], {
 *   projection: 'equirectangular',
 *   openSink: (index, width, height, { sphere }) =>
 *     createTiledImage(`sphere-${index}.jpg`, width, height, { xmp: sphere && sphereXmp(sphere) }),
 * });
 */
export function sphereXmp({
  projection,
  width,
  height,
  fullWidth,
  fullHeight,
  left,
  top,
}: SphereArea): string {
  const fields = {
    UsePanoramaViewer: (360 * width) / fullWidth >= LEAST_FIELD ? 'True' : 'False',
    StitchingSoftware: 'whither',
    ProjectionType: projection,
    FullPanoWidthPixels: fullWidth,
    FullPanoHeightPixels: fullHeight,
    CroppedAreaImageWidthPixels: width,
    CroppedAreaImageHeightPixels: height,
    CroppedAreaLeftPixels: left,
    CroppedAreaTopPixels: top,
  };
  const attributes = Object.entries(fields).map(([name, value]) => `\n   GPano:${name}="${value}"`);
  return (
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' +
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n' +
    ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n' +
    '  <rdf:Description rdf:about=""\n   xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"' +
    `${attributes.join('')}/>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>`
  );
}
