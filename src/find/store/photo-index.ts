import { FileError, checkInteger, checkOptions, expected } from '../../core/index.ts';
import type { OptionNames } from '../../core/index.ts';
import { openRecords, readRecords } from '../../io/records/index.ts';
import type { RecordFile, RecordReader } from '../../io/records/index.ts';
import { MAGIC, decodeHeader, decodeRecord, encodeHeader, encodeRecord } from './index-records.ts';
import type { IndexHeader, IndexRecord, IndexedFile } from './index-records.ts';
import { Rows, toBytes } from './rows.ts';

/** What an index takes of a model: only descriptors of the same weights compare. */
export interface IndexModel {
  readonly name: string;
  readonly fingerprint: string;
  readonly manifest: { readonly length: number };
}

/** Options of `openIndex`. */
export interface OpenIndexOptions {
  /** The model that photos are to be described by. Without it the index can be searched but not added to. */
  readonly model?: IndexModel;
}

const OPEN_OPTIONS: OptionNames<OpenIndexOptions> = { model: true };

/** Options of `searchIndex`. */
export interface SearchOptions {
  /** Results that are wanted; defaults to 10. */
  readonly top?: number;
  /** The file to be left out, such as the query itself. */
  readonly except?: string;
  /**
   * At most so many images most alike to the query, of a score of 0.5 or more, join it, each by the cube of its score. Then the
   * index is searched again (Radenovic 2018). It finds more of a scene whose views do not all overlap. Defaults to 3; 0 for none.
   */
  readonly expand?: number;
}

const SEARCH_OPTIONS: OptionNames<SearchOptions> = { top: true, except: true, expand: true };

/** The least score of an image that joins the query: above it hardly any two images of different scenes are. */
const SURE = 0.5;

/** One image of an index that is like the query. */
export interface SearchResult {
  /** The path as it was given when the file was added. */
  readonly file: string;
  /** The cosine of the two descriptors, from -1 to 1: the greater, the more alike. Below 0.5 few are of one scene. */
  readonly score: number;
}

/** Photos with one vector each, in one file that grows at its end. */
export class PhotoIndex {
  readonly path: string;
  readonly header: IndexHeader;
  readonly #rows: Rows;
  readonly #entries: IndexedFile[] = [];
  readonly #places = new Map<string, number>();
  #file: RecordFile | undefined;

  /** @internal Use `openIndex`. */
  constructor(path: string, header: IndexHeader) {
    this.path = path;
    this.header = header;
    this.#rows = new Rows(header.length);
  }

  /** Photos in it. */
  get size(): number {
    return this.#entries.length;
  }

  /** Bytes of memory that the vectors take, about: twice 256 of each photo, and 32 for its signs. */
  get bytes(): number {
    return Math.round(this.size * this.header.length * (2 + 1 / 8));
  }

  /** What is known of the files in it, in no order. */
  files(): Iterable<IndexedFile> {
    return this.#entries.values();
  }

  /** What is known of a file; undefined where it is not in it. */
  get(file: string): IndexedFile | undefined {
    const place = this.#places.get(file);
    return place === undefined ? undefined : this.#entries[place];
  }

  /** The descriptor of a file, in 8 bits a number; undefined where it is not in it. */
  vector(file: string): Int8Array | undefined {
    const place = this.#places.get(file);
    return place === undefined ? undefined : this.#rows.at(place).slice();
  }

  /** Writes records to the file, and takes them in once they are there. */
  async append(records: readonly IndexRecord[]): Promise<void> {
    if (!this.#file)
      throw new FileError(`Expected ${this.path} to be open for adding: give openIndex the model`);
    await this.#file.append(records.map(encodeRecord));
    for (const record of records) this.take(record);
  }

  /** @internal The rows most alike to a vector. */
  search(query: Int8Array, top: number): SearchResult[] {
    return this.#rows.search(query, top).map(({ row, score }) => ({ file: this.#entries[row].file, score }));
  }

  /** @internal Takes in what a record says. */
  take({ entry, vector }: IndexRecord): void {
    const place = this.#places.get(entry.file);
    if (!vector) return place === undefined ? undefined : this.#remove(place);
    if (place === undefined) {
      this.#places.set(entry.file, this.#rows.push(vector));
      this.#entries.push(entry);
      return;
    }
    this.#rows.set(place, vector);
    this.#entries[place] = entry;
  }

  #remove(place: number): void {
    this.#rows.remove(place);
    this.#places.delete(this.#entries[place].file);
    const last = this.#entries.pop();
    if (!last || place === this.#entries.length) return;
    this.#entries[place] = last;
    this.#places.set(last.file, place);
  }

  /** @internal */
  attach(file: RecordFile): void {
    this.#file = file;
  }

  /** Closes the file and frees the memory; what was added is in the file already. */
  async close(): Promise<void> {
    this.#rows.dispose();
    await this.#file?.close();
    this.#file = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Opens an index of photos and reads all of it into memory, some 650 bytes a photo: a million photos take 0.7 GB. With
 * a model, photos can be added, and a file that is not there is made. One program at a time may add to an index. A
 * record that a crash cut short is left out; all before it is there.
 *
 * @throws {FileError} where the file is none, cannot be written, or was made by another model
 * @example
 * import { loadGlobalModel, openIndex, addImages } from 'whither/search';
 *
 * const model = await loadGlobalModel();
 * const index = await openIndex('photos.index', { model });
 * for await (const { file, state } of addImages(index, model, ['a.jpg'])) console.log(file, state);
 * await index.close();
 */
export async function openIndex(path: string, options: OpenIndexOptions = {}): Promise<PhotoIndex> {
  checkOptions(options, OPEN_OPTIONS, 'openIndex');
  if (typeof path !== 'string' || !path) throw expected('the path of an index', 'path', path);
  const { model } = options;
  const reading = readIndex(path);
  if (!model) {
    await readRecords(path, reading);
    if (!reading.index) throw new FileError(`Expected an index of photos at ${path} but it is empty`);
    return reading.index;
  }
  const file = await openRecords(path, reading);
  try {
    reading.index ??= await beginIndex(path, model, file);
    checkModel(reading.index, model);
    reading.index.attach(file);
    return reading.index;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The first record of an index is its header, the others are of files. */
function readIndex(path: string): RecordReader & { index?: PhotoIndex } {
  const reading: RecordReader & { index?: PhotoIndex } = {
    magic: MAGIC,
    what: 'an index of photos',
    onRecord(record) {
      if (reading.index) reading.index.take(decodeRecord(record, reading.index.header, path));
      else reading.index = new PhotoIndex(path, decodeHeader(record, path));
    },
  };
  return reading;
}

async function beginIndex(path: string, model: IndexModel, file: RecordFile): Promise<PhotoIndex> {
  const header = { model: model.name, fingerprint: model.fingerprint, length: model.manifest.length };
  const record = encodeHeader(header);
  await file.append([record]);
  return new PhotoIndex(path, decodeHeader(record, path));
}

/** @throws {FileError} where the vectors of an index are of other weights */
export function checkModel({ path, header }: PhotoIndex, { name, fingerprint }: IndexModel): void {
  if (header.fingerprint !== fingerprint)
    throw new FileError(
      `Expected an index made by ${name} (${fingerprint}) but ${path} was made by ${header.model} ` +
        `(${header.fingerprint}): index the photos again`,
    );
}

/**
 * The images of an index that are most alike to one, best first. Up to 100,000 photos are all compared. In a larger index
 * the signs of all are, and then the 1/250 that agree best; that finds 99 % of the same, in about 15 ms of one core for a
 * million.
 *
 * @param query a descriptor by `describeImage`, or one that `index.vector` gave
 * @throws {TypeError | RangeError} for options or a query that make no sense
 * @example
 * import { describeImage, loadGlobalModel, openIndex, searchIndex } from 'whither/search';
 *
 * const model = await loadGlobalModel();
 * const index = await openIndex('photos.index');
 * for (const { file, score } of searchIndex(index, await describeImage(model, imageA), { top: 5 }))
 *   console.log(score.toFixed(3), file);
 */
export function searchIndex(
  index: PhotoIndex,
  query: Float32Array | Int8Array,
  options: SearchOptions = {},
): SearchResult[] {
  checkOptions(options, SEARCH_OPTIONS, 'searchIndex');
  const top = checkInteger(options.top ?? 10, 'top', 1);
  const expand = checkInteger(options.expand ?? 3, 'expand', 0, 100);
  if (query?.length !== index.header.length)
    throw expected(`a descriptor of ${index.header.length} numbers`, 'query', query);
  const bytes = query instanceof Int8Array ? query : toBytes(query);
  const without = (found: readonly SearchResult[], most: number): SearchResult[] =>
    found.filter(({ file }) => file !== options.except).slice(0, most);
  if (!expand) return without(index.search(bytes, top + 1), top);
  const near = without(index.search(bytes, expand + 1), expand).filter(({ score }) => score >= SURE);
  return without(index.search(expandQuery(index, bytes, near), top + 1), top);
}

/** The unit vectors of the query and of what is like it, summed. */
function expandQuery(index: PhotoIndex, query: Int8Array, near: readonly SearchResult[]): Int8Array {
  const sum = new Float32Array(query.length);
  const add = (vector: Int8Array, weight: number): void => {
    const length = Math.hypot(...vector) || 1;
    for (let i = 0; i < sum.length; i++) sum[i] += (weight * vector[i]) / length;
  };
  add(query, 1);
  for (const { file, score } of near) add(index.vector(file) as Int8Array, score ** 3);
  return toBytes(sum);
}
