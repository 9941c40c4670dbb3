/** EXIF (CIPA DC-008) tags: the part with the camera's settings, and the focal length for a film of 36 x 24 mm. */
const [SETTINGS, FOCAL_35MM] = [0x8769, 0xa405];
/** The diagonal of that film in millimetres. */
const FILM_DIAGONAL = Math.hypot(36, 24);

/**
 * The focal length that a camera noted, in pixels of the image, or undefined where it noted none. Of what cameras
 * note only the equivalent for small film needs no knowledge of the sensor.
 *
 * @param exif the EXIF block, with or without the `Exif` header that JPEG puts before it
 */
export function focalOfExif(exif: Uint8Array, width: number, height: number): number | undefined {
  const start = exif[0] === 0x45 && exif[1] === 0x78 ? 6 : 0;
  const view = new DataView(exif.buffer, exif.byteOffset + start, Math.max(0, exif.byteLength - start));
  try {
    const little = view.getUint16(0) === 0x4949;
    const settings = findTag(view, view.getUint32(4, little), SETTINGS, little);
    const focal = settings && findTag(view, settings, FOCAL_35MM, little);
    return focal ? (focal / FILM_DIAGONAL) * Math.hypot(width, height) : undefined;
  } catch (error) {
    // A block that is cut short says nothing; the image itself may be whole.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The number that a tag holds; undefined where the tag is not there. */
function findTag(view: DataView, directory: number, tag: number, little: boolean): number | undefined {
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * 12;
    if (view.getUint16(entry, little) !== tag) continue;
    const isShort = view.getUint16(entry + 2, little) === 3;
    return isShort ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
  }
  return undefined;
}
