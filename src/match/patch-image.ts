import { resizePlanes } from '../../kernels/resample/index.ts';
import { ShapeError, checkInteger, describe, expected } from '../core/index.ts';
import type { Image } from '../core/index.ts';
import { toGrey } from '../features/index.ts';
import type { Grey, Patches } from '../features/index.ts';

/** An 8-bit grey image: the value of (x, y) is `data[y * width + x]`. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  /** `width * height` values, 0 to 255. */
  readonly data: Uint8Array;
}

/** A patch as users have it: grey or RGB, told apart by the number of values a pixel. */
export type PatchImage = Image | GreyImage;

/** One sentence about a patch that is none; `name` says which, such as `patches[3]`. */
export function checkPatchImage(patch: PatchImage, name: string): void {
  if (typeof patch !== 'object' || patch === null) throw expected('a grey or RGB image', name, patch);
  const { width, height, data } = patch;
  // Buffers are arrays of bytes too; floats are not, for their range is anybody's guess.
  if (!(data instanceof Uint8Array || (data as unknown) instanceof Uint8ClampedArray))
    throw expected('8-bit values (Uint8Array)', `${name}.data`, data);
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new ShapeError(
      `Expected a size of at least 1 x 1 pixels for ${name} but received ${describe(width)} x ${describe(height)}`,
    );
  if (data.length !== width * height && data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width * height} (grey) or ${width * height * 3} (RGB) values for ${name} of ` +
        `${width} x ${height} pixels but received ${data.length}`,
    );
}

/** Grey values 0 to 255, not rounded; those of RGB by the weights of ITU-R BT.601, as OpenCV. */
export function toGreyPlane(patch: PatchImage): Grey {
  const { width, height, data } = patch;
  return data.length === width * height ? { width, height, data: Float32Array.from(data) } : toGrey(patch);
}

/** Values 0 to 255 of a `size` x `size` square: shrunk by area, enlarged linearly, whatever its shape before. */
export function toSquare(grey: Grey, size: number): Float32Array {
  if (grey.width === size && grey.height === size) return grey.data;
  const { width, height, data } = grey;
  return resizePlanes({ channels: 1, height, width, data }, size, size).data;
}

/** Whether patches are packed already. */
export function isPacked(patches: readonly PatchImage[] | Patches): patches is Patches {
  return !Array.isArray(patches);
}

/**
 * Packs patches into one array of `size` x `size` grey squares.
 *
 * @param patches images of any sizes, or packed ones of `size`
 * @throws {TypeError | ShapeError} that names the first patch that is none; RangeError where there are none at all
 */
export function packPatches(
  patches: readonly PatchImage[] | Patches,
  size: number,
  name = 'patches',
): Patches {
  if (isPacked(patches)) return checkPacked(patches, size, name);
  checkList(patches, name);
  const data = new Float32Array(patches.length * size * size);
  patches.forEach((patch, i) => data.set(toSquare(toGreyPlane(patch), size), i * size * size));
  return { count: patches.length, size, data };
}

/** Checks a list of patch images. */
export function checkList(patches: readonly PatchImage[], name: string): void {
  if (!patches.length) throw new RangeError(`Expected at least one patch for ${name} but received none`);
  patches.forEach((patch, i) => checkPatchImage(patch, `${name}[${i}]`));
}

function checkPacked(patches: Patches, size: number, name: string): Patches {
  if (typeof patches !== 'object' || patches === null) throw expected('a list of patches', name, patches);
  const { count, data } = patches;
  if (!(data instanceof Float32Array)) throw expected('a list of patches', name, patches);
  if (checkInteger(count, `${name}.count`) === 0)
    throw new RangeError(`Expected at least one patch for ${name} but received none`);
  const side = checkInteger(patches.size, `${name}.size`, 1);
  if (data.length !== count * side * side)
    throw new ShapeError(
      `Expected ${count} x ${side} x ${side} values for ${name} but received ${data.length}`,
    );
  if (side === size) return patches;
  const { data: resized } = resizePlanes({ channels: count, height: side, width: side, data }, size, size);
  return { count, size, data: resized };
}

/** Patches `from` up to, not including, `to`, sharing memory. */
export function slicePatches({ size, data }: Patches, from: number, to: number): Patches {
  return { count: to - from, size, data: data.subarray(from * size * size, to * size * size) };
}
