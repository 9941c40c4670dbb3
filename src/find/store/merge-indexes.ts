import { FileError } from '../../core/index.ts';
import type { IndexRecord } from './index-records.ts';
import { openIndex } from './photo-index.ts';
import type { PhotoIndex } from './photo-index.ts';

/** Records that are written at once. */
const BATCH = 4096;

/**
 * Adds what other indexes hold, such as those of the shards of one folder. Of a file that several hold the last counts.
 *
 * @param paths of indexes by the same model
 * @throws {FileError} where one of them is none, or by another model
 * @example
 * import { loadGlobalModel, mergeIndexes, openIndex } from 'whither/search';
 *
 * const index = await openIndex('whole.index', { model: await loadGlobalModel() });
 * await mergeIndexes(index, ['part1.index', 'part2.index']);
 */
export async function mergeIndexes(index: PhotoIndex, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const other = await openIndex(path);
    if (other.header.fingerprint !== index.header.fingerprint)
      throw new FileError(
        `Expected indexes by one model but ${path} was made by ${other.header.model} (${other.header.fingerprint})`,
      );
    const entries = [...other.files()];
    for (let start = 0; start < entries.length; start += BATCH) {
      const part = entries.slice(start, start + BATCH);
      await index.append(part.map((entry): IndexRecord => ({ entry, vector: other.vector(entry.file) })));
    }
    await other.close();
  }
}
