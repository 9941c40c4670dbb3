import { join } from 'node:path';
import { addImages, findDuplicates, loadGlobalModel, openIndex } from '../../find/index.ts';
import type { DuplicateGroup, PhotoIndex } from '../../find/index.ts';
import { createScratchFolder } from '../../io/disk/index.ts';
import { guardInterrupts, startProgress } from '../shared/index.ts';
import type { DuplicatesCommandOptions } from './search-options.ts';
import { listPhotos } from './list-photos.ts';

/** `whither duplicates FOLDER`. */
export async function runDuplicates(folder: string, options: DuplicatesCommandOptions): Promise<void> {
  const scratch = options.index === undefined ? await createScratchFolder() : undefined;
  const model = await loadGlobalModel();
  try {
    const path = options.index ?? join(scratch!.path, 'photos.index');
    const index = await openIndex(path, { model });
    try {
      const files = await fill(index, model, folder);
      const groups = findDuplicates(index, { threshold: options.threshold })
        .map((group) => ({ ...group, files: group.files.filter((file) => files.has(file)) }))
        .filter(({ files: those }) => those.length > 1);
      print(groups, files.size, options);
    } finally {
      await index.close();
    }
  } finally {
    await model.dispose();
    await scratch?.dispose();
  }
}

/** Brings the index up to date with the folder. */
async function fill(
  index: PhotoIndex,
  model: Parameters<typeof addImages>[1],
  folder: string,
): Promise<Set<string>> {
  const guard = guardInterrupts();
  const progress = startProgress('Photos', null);
  const files = new Set<string>();
  const failures: string[] = [];
  try {
    for await (const { file, state, reason } of addImages(index, model, listPhotos([folder]))) {
      if (state === 'failed') failures.push(reason ?? file);
      else files.add(file);
      progress.step();
      guard.check();
    }
  } finally {
    progress.stop();
    guard.dispose();
  }
  for (const reason of failures) process.stderr.write(`Warning: ${reason}\n`);
  return files;
}

function print(groups: readonly DuplicateGroup[], photos: number, { json }: DuplicatesCommandOptions): void {
  if (json) {
    const rounded = groups.map(({ files, score }) => ({ files, score: Number(score.toFixed(4)) }));
    process.stdout.write(`${JSON.stringify({ groups: rounded }, null, 2)}\n`);
  } else process.stdout.write(groups.map(({ files }) => `${files.join('\n')}\n`).join('\n'));
  process.stderr.write(`${groups.length} groups of duplicates among ${photos} photos\n`);
}
