import type { AnyManifest } from '../runtime/index.ts';

/** What every import is told. */
export interface ImportOptions {
  /** Where the model comes to lie; made where there is none. It defaults to the name, in the working folder. */
  readonly folder?: string;
  /** Letters, digits, `-`, `_` and `.`; defaults to the name of the graph's file. */
  readonly name?: string;
  /** Replace a model that lies in the folder; defaults to false. */
  readonly overwrite?: boolean;
  /** Names of the graph's inputs, that of A first; defaults to the graph's own order. */
  readonly inputs?: readonly string[];
  /** Name of the output that counts; defaults to the last that has the right size. */
  readonly output?: string;
  /** The values of black and of white. Defaults to what the probe finds. */
  readonly range?: readonly [number, number];
  /** Whether what the graph takes and gives is tried on scenes that are known; defaults to true. */
  readonly probe?: boolean;
  /** One sentence about the model. */
  readonly description?: string;
  /** Of the weights, such as `CC BY 4.0`; defaults to `not stated`. */
  readonly licence?: string;
  /** What it was trained on; defaults to `not stated`. */
  readonly trainingData?: string;
}

/** What an import found and wrote. */
export interface ImportReport {
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly manifest: AnyManifest;
  /** What was found, a sentence each. */
  readonly found: readonly string[];
  /** What could not be told, or is worse than it should be, a sentence each. */
  readonly warnings: readonly string[];
}

/** What is noted on the way. */
export interface Notes {
  readonly found: string[];
  readonly warnings: string[];
}

/** How a scene came out. */
export interface Proof {
  /** Mean u and v, in pixels. */
  readonly mean: readonly [number, number];
  /** Mean end-point error in pixels. */
  readonly error: number;
  /** Mean length of the true flow in pixels. */
  readonly motion: number;
}
