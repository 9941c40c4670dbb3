import { expected } from '../../core/index.ts';
import type { PatchDescriptor } from '../../features/index.ts';
import { describerOf } from './patch-model.ts';
import type { PatchModel } from './patch-model.ts';
import { packPatches } from '../patch-image.ts';

/**
 * The model as a descriptor of keypoints, for `extractFeatures`; it stays the caller's to dispose of.
 *
 * @param extent side of the square that a patch covers, in multiples of the keypoint's scale; defaults to 12, what
 *   SIFT covers
 * @throws {ModelError} where the model makes no descriptors
 * @example
 * import { loadPatchModel } from 'whither';
 * import { extractFeatures, toPatchDescriptor } from 'whither/features';
 *
 * await using model = await loadPatchModel();
 * const { descriptors } = await extractFeatures(image, { descriptor: toPatchDescriptor(model) });
 */
export function toPatchDescriptor(model: PatchModel, extent = 12): PatchDescriptor {
  const describer = describerOf(model);
  if (typeof extent !== 'number' || !(extent > 0)) throw expected('a number above 0', 'extent', extent);
  return {
    patchSize: describer.patchSize,
    extent,
    // The model may be disposed of meanwhile, which it then says itself.
    describe: (patches) => describerOf(model).describe(packPatches(patches, describer.patchSize)),
  };
}
