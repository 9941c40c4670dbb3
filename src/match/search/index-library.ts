import { BackendError } from '../../core/index.ts';

/** The part of the package `usearch` (Apache-2.0) that is used; it is installed only by whoever wants an index. */
export interface UsearchIndex {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  search(vectors: Float32Array, k: number, threads: number): UsearchMatches;
  size(): number;
}

/** Of one query; with several, `counts` says how many were found for each. */
export interface UsearchMatches {
  readonly keys: BigUint64Array;
  readonly distances: Float32Array;
}

interface Usearch {
  readonly Index: new (settings: {
    readonly dimensions: number;
    readonly metric: string;
    readonly quantization: string;
    readonly connectivity: number;
    readonly expansion_add: number;
    readonly expansion_search: number;
    readonly multi: boolean;
  }) => UsearchIndex;
}

/**
 * Loads the package.
 *
 * @throws {BackendError} that says how to install it
 */
export async function loadUsearch(specifier = 'usearch'): Promise<Usearch> {
  try {
    // The name in a variable, for it need not be there when this is compiled.
    return (await import(specifier)) as Usearch;
  } catch (cause) {
    throw new BackendError(
      `Expected the package usearch for an index but ${(cause as Error).message.split('\n')[0]}: ` +
        'run npm install usearch, or stay below 100000 descriptors and use findNearest',
      { cause },
    );
  }
}
