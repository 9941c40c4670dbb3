import { WhitherError, checkOptions, checkSignal, expected } from '../../core/index.ts';
import type { Image, OptionNames } from '../../core/index.ts';
import { stampOf } from '../../io/disk/index.ts';
import { readImageOfPixels } from '../../io/image/index.ts';
import { describeImage } from '../describe/index.ts';
import type { GlobalModel } from '../describe/index.ts';
import type { IndexRecord, IndexedFile } from './index-records.ts';
import { checkModel } from './photo-index.ts';
import type { PhotoIndex } from './photo-index.ts';
import { toBytes } from './rows.ts';

/** Options of `addImages`. */
export interface AddImagesOptions {
  /** Ends the work after the image under way; what was described is in the file. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionNames<AddImagesOptions> = { signal: true };

/** What became of one file. */
export interface AddedImage {
  readonly file: string;
  /** `unchanged` files have the size and time of change that they had before, and are not read. */
  readonly state: 'added' | 'updated' | 'unchanged' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
}

/** Pixels that an image is decoded to at most: more than the model looks at. */
const DECODED_PIXELS = 512 * 512;
/** Images that are decoded ahead. */
const AHEAD = 2;
/** Records that are written at once. A crash loses no more. */
const BATCH = 16;

/** A file that is on its way into the index. */
interface Pending {
  readonly entry?: IndexedFile;
  readonly state: AddedImage['state'];
  readonly image?: Promise<Image>;
  readonly file: string;
  readonly reason?: string;
}

/**
 * Describes images and adds them to an index, one after the other. Files that did not change since they were added are passed
 * over, so that work that was broken off goes on where it was. A file that cannot be read is told of and left out.
 *
 * @param files paths, by which the index will name them
 * @throws {FileError} where the index cannot be written; the reason of `signal` once that is aborted
 * @example
 * import { addImages, loadGlobalModel, openIndex } from 'whither/search';
 *
 * const model = await loadGlobalModel();
 * await using index = await openIndex('photos.index', { model });
 * for await (const { file, state, reason } of addImages(index, model, ['a.jpg', 'b.jpg']))
 *   if (state === 'failed') console.log(file, reason);
 */
export async function* addImages(
  index: PhotoIndex,
  model: GlobalModel,
  files: Iterable<string> | AsyncIterable<string>,
  options: AddImagesOptions = {},
): AsyncGenerator<AddedImage> {
  checkOptions(options, OPTIONS, 'addImages');
  checkSignal(options.signal);
  checkModel(index, model);
  let batch: IndexRecord[] = [];
  const flush = async (): Promise<void> => {
    const records = batch;
    batch = [];
    if (records.length) await index.append(records);
  };
  try {
    for await (const pending of ahead(openAll(index, files))) {
      options.signal?.throwIfAborted();
      const { record, result } = await finish(model, pending);
      if (record) batch.push(record);
      if (batch.length >= BATCH) await flush();
      yield result;
    }
  } finally {
    await flush();
  }
}

async function* openAll(
  index: PhotoIndex,
  files: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<Pending> {
  for await (const file of files) yield await openOne(index, file);
}

/** Looks at a file, and begins to decode it where it is new or has changed. */
async function openOne(index: PhotoIndex, file: string): Promise<Pending> {
  if (typeof file !== 'string') throw expected('a path', 'files', file);
  try {
    const entry = { file, ...(await stampOf(file)) };
    const known = index.get(file);
    if (known?.size === entry.size && known.changed === entry.changed) return { file, state: 'unchanged' };
    const image = readImageOfPixels(file, DECODED_PIXELS);
    // Waited for later; until then a failure is nobody's.
    image.catch(() => undefined);
    return { file, entry, image, state: known ? 'updated' : 'added' };
  } catch (error) {
    return failed(file, error);
  }
}

/** Domain errors tell of the file; all others are faults. */
function failed(file: string, error: unknown): Pending {
  if (!(error instanceof WhitherError)) throw error;
  return { file, state: 'failed', reason: error.message };
}

async function finish(
  model: GlobalModel,
  pending: Pending,
): Promise<{ readonly record?: IndexRecord; readonly result: AddedImage }> {
  const { file, state, entry, image, reason } = pending;
  if (!entry || !image) return { result: { file, state, ...(reason && { reason }) } };
  let pixels: Image;
  try {
    pixels = await image;
  } catch (error) {
    return { result: { file, state: 'failed', reason: failed(file, error).reason } };
  }
  const vector = toBytes(await describeImage(model, pixels));
  return { record: { entry, vector }, result: { file, state } };
}

/** The same, some of them begun before they are wanted. */
async function* ahead<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  const begun: T[] = [];
  for await (const value of values) {
    begun.push(value);
    if (begun.length > AHEAD) yield begun.shift() as T;
  }
  yield* begun;
}
