import type { Entry } from './manifest-entry.ts';
import type { ModelManifest } from './model-manifest.ts';

/** `model.json` of what moves the corners of one image onto another. */
export interface HomographyManifest extends ModelManifest {
  readonly task: 'homography';
  /** Images are brought to `size` x `size` grey pixels, whatever their shape; black and white are `range`. */
  readonly input: { readonly size: number; readonly range: readonly [number, number] };
  /** How often the images are looked at where the caller does not say. */
  readonly looks: number;
}

/** The graphs of such a model: the first look, and every one after it. */
const PARTS = ['coarse', 'fine'];

/** Reads the fields of task `homography`. */
export function parseHomography(manifest: ModelManifest, root: Entry): HomographyManifest {
  for (const part of PARTS)
    if (!manifest.files[part]) throw root.get('files').get(part).fail(`the ${part} graph`);
  const input = root.get('input');
  return {
    ...manifest,
    task: 'homography',
    input: { size: input.get('size').integer(16, 1024), range: input.get('range').range() },
    looks: root.get('looks').integer(1, 16),
  };
}
