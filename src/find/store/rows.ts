import { prepareScan } from '../../../kernels/scan/index.ts';
import type { PreparedScan } from '../../../kernels/scan/index.ts';

/** A vector in 8 bits a number, the greatest one being 127. */
export function toBytes(vector: Float32Array): Int8Array {
  const greatest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return Int8Array.from(vector, (value) => Math.round((value * 127) / greatest));
}

const lengthOf = (bytes: Int8Array): number => {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i] ** 2;
  return Math.sqrt(sum) || 1;
};

/** Up to so many rows all products are computed, in some 10 ms; above, those of rows whose signs agree. */
const EXACT = 100_000;
/** Above, the share of the rows whose products are computed, and the fewest. */
const [SHARE, FEWEST] = [1 / 250, 4000];

/** One row that was found. */
export interface FoundRow {
  readonly row: number;
  /** The cosine of the two vectors. */
  readonly score: number;
}

/** Vectors in 8 bits a number, one after the other. */
export class Rows {
  readonly length: number;
  #count = 0;
  #data: Int8Array;
  #norms: Float32Array;
  #scan: PreparedScan | undefined;

  constructor(length: number, capacity = 64) {
    this.length = length;
    this.#data = new Int8Array(length * capacity);
    this.#norms = new Float32Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** @returns the number of the new row */
  push(bytes: Int8Array): number {
    if (this.#count === this.#norms.length) this.#grow();
    this.set(this.#count, bytes);
    return this.#count++;
  }

  set(row: number, bytes: Int8Array): void {
    this.#data.set(bytes, row * this.length);
    this.#norms[row] = lengthOf(bytes);
    this.#forget();
  }

  /** The last row takes the place of `row`, and there is one row less. */
  remove(row: number): void {
    const last = --this.#count;
    if (row !== last) this.set(row, this.at(last).slice());
    this.#forget();
  }

  at(row: number): Int8Array {
    return this.#data.subarray(row * this.length, (row + 1) * this.length);
  }

  /** The rows most alike to `query`, best first. */
  search(query: Int8Array, top: number): FoundRow[] {
    if (!this.#count) return [];
    this.#scan ??= prepareScan({ count: this.#count, length: this.length, data: this.#data });
    const shortlist =
      this.#count <= EXACT ? this.#count : Math.max(FEWEST, 20 * top, Math.round(this.#count * SHARE));
    const { rows, products } = this.#scan.run(query, { top, shortlist, norms: this.#norms });
    const norm = lengthOf(query);
    return Array.from(rows, (row, k) => ({ row, score: products[k] / norm }));
  }

  dispose(): void {
    this.#forget();
  }

  #forget(): void {
    this.#scan?.dispose();
    this.#scan = undefined;
  }

  #grow(): void {
    const [data, norms] = [this.#data, this.#norms];
    this.#data = new Int8Array(2 * data.length);
    this.#data.set(data);
    this.#norms = new Float32Array(2 * norms.length);
    this.#norms.set(norms);
  }
}
