import { checkNumber, checkOptions } from '../../core/index.ts';
import type { OptionNames } from '../../core/index.ts';
import { searchIndex } from '../store/index.ts';
import type { PhotoIndex } from '../store/index.ts';

/** Options of `findDuplicates`. */
export interface FindDuplicatesOptions {
  /** Cosine of the descriptors from which on two images are one; defaults to 0.9. */
  readonly threshold?: number;
}

const OPTIONS: OptionNames<FindDuplicatesOptions> = { threshold: true };

/** Images of one index that are copies of one another. */
export interface DuplicateGroup {
  /** Two or more paths, sorted. */
  readonly files: readonly string[];
  /** The least cosine that joins the group. */
  readonly score: number;
}

/** The default of `threshold`, see models/global. */
const THRESHOLD = 0.9;
/** Neighbours that are looked at of each image. */
const NEIGHBOURS = 16;

/**
 * Groups of images that are copies of one another: resized, compressed anew, a little cropped or brightened. Each image is joined
 * with those of its 16 nearest that are alike enough.
 *
 * @example
 * import { findDuplicates, openIndex } from 'whither/search';
 *
 * const index = await openIndex('photos.index');
 * for (const { files } of findDuplicates(index)) console.log(files.join(' = '));
 */
export function findDuplicates(index: PhotoIndex, options: FindDuplicatesOptions = {}): DuplicateGroup[] {
  checkOptions(options, OPTIONS, 'findDuplicates');
  const threshold = checkNumber(options.threshold ?? THRESHOLD, 'threshold', 0, 1);
  const parents = new Map<string, string>();
  const rootOf = (file: string): string => {
    let root = file;
    for (let parent; (parent = parents.get(root)); root = parent);
    return root;
  };
  const joins: { readonly file: string; readonly score: number }[] = [];
  for (const { file } of index.files())
    for (const near of searchIndex(index, index.vector(file) as Int8Array, {
      top: NEIGHBOURS,
      except: file,
      expand: 0,
    })) {
      if (near.score < threshold) break;
      joins.push({ file, score: near.score });
      const [a, b] = [rootOf(file), rootOf(near.file)];
      if (a !== b) parents.set(a, b);
    }
  return collect(joins, rootOf, index);
}

function collect(
  joins: readonly { readonly file: string; readonly score: number }[],
  rootOf: (file: string) => string,
  index: PhotoIndex,
): DuplicateGroup[] {
  const groups = new Map<string, { files: string[]; score: number }>();
  for (const { file } of index.files()) {
    const group = groups.get(rootOf(file)) ?? { files: [], score: 1 };
    group.files.push(file);
    groups.set(rootOf(file), group);
  }
  for (const { file, score } of joins) {
    const group = groups.get(rootOf(file));
    if (group) group.score = Math.min(group.score, score);
  }
  return [...groups.values()]
    .filter(({ files }) => files.length > 1)
    .map(({ files, score }) => ({ files: files.sort(), score }))
    .sort((a, b) => b.score - a.score || (a.files[0] < b.files[0] ? -1 : 1));
}
