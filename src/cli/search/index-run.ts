import { FileError } from '../../core/index.ts';
import { addImages, loadGlobalModel, mergeIndexes, openIndex } from '../../find/index.ts';
import type { AddedImage, GlobalModel, PhotoIndex } from '../../find/index.ts';
import { checkApart, guardInterrupts, startProgress } from '../shared/index.ts';
import type { InterruptGuard } from '../shared/index.ts';
import type { IndexCommandOptions } from './search-options.ts';
import { listPhotos } from './list-photos.ts';

/** How many files fared how, and why some failed. */
interface Tally {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: readonly { readonly file: string; readonly reason?: string }[];
  readonly removed: number;
}

const NOTHING: Tally = { added: 0, updated: 0, unchanged: 0, failed: [], removed: 0 };

/** `whither index PHOTOS... -o INDEX`, and `--merge`. */
export async function runIndex(inputs: readonly string[], options: IndexCommandOptions): Promise<void> {
  if (options.merge && (options.shard || options.prune))
    throw new FileError(
      'Expected --merge alone but received --shard or --prune as well: they are for photos',
    );
  await checkApart([options.output], inputs);
  const start = performance.now();
  const guard = guardInterrupts();
  const model = await loadGlobalModel(undefined, { threads: options.threads });
  try {
    const index = await openIndex(options.output, { model });
    try {
      const before = index.size;
      const tally = options.merge
        ? await merge(index, inputs, before)
        : await add(index, model, inputs, options, guard);
      tell(index, tally, performance.now() - start, options);
    } finally {
      await index.close();
    }
  } finally {
    guard.dispose();
    await model.dispose();
  }
}

async function merge(index: PhotoIndex, inputs: readonly string[], before: number): Promise<Tally> {
  await mergeIndexes(index, inputs);
  return { ...NOTHING, added: index.size - before };
}

async function add(
  index: PhotoIndex,
  model: GlobalModel,
  inputs: readonly string[],
  { shard, prune }: IndexCommandOptions,
  guard: InterruptGuard,
): Promise<Tally> {
  const counts: Record<AddedImage['state'], number> = { added: 0, updated: 0, unchanged: 0, failed: 0 };
  const failed: { file: string; reason?: string }[] = [];
  const seen = new Set<string>();
  const progress = startProgress('Photos', null);
  try {
    for await (const { file, state, reason } of addImages(index, model, listPhotos(inputs, shard))) {
      counts[state]++;
      if (prune) seen.add(file);
      if (state === 'failed') failed.push({ file, reason });
      progress.step();
      guard.check();
    }
  } finally {
    progress.stop();
  }
  const gone = prune ? [...index.files()].filter(({ file }) => !seen.has(file)) : [];
  if (gone.length) await index.append(gone.map((entry) => ({ entry })));
  return { ...counts, failed, removed: gone.length };
}

function tell(index: PhotoIndex, tally: Tally, milliseconds: number, { json }: IndexCommandOptions): void {
  for (const { reason } of tally.failed) process.stderr.write(`Warning: ${reason}\n`);
  if (tally.failed.length) process.exitCode = 2;
  const { size: photos, bytes: memory } = index;
  if (json)
    process.stdout.write(
      `${JSON.stringify({ index: index.path, photos, memory, ...tally, milliseconds: Math.round(milliseconds) })}\n`,
    );
  const parts = Object.entries({ ...tally, failed: tally.failed.length })
    .filter(([, count]) => count)
    .map(([state, count]) => `${count} ${state}`);
  process.stderr.write(
    `${index.path}: ${photos} photos (${parts.join(', ') || 'none new'}) in ${(milliseconds / 1000).toFixed(1)} s; ` +
      `searching takes ${Math.ceil(memory / 1e6)} MB of memory\n`,
  );
}
