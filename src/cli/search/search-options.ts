/** Options of `whither index`, `whither search` and `whither duplicates` as the command line gives them. */

import type { Shard } from '../shared/index.ts';

export interface IndexCommandOptions {
  readonly output: string;
  readonly shard?: Shard;
  readonly merge?: boolean;
  readonly prune?: boolean;
  readonly threads?: number;
  readonly json?: boolean;
}

export interface SearchCommandOptions {
  readonly index: string;
  readonly top: number;
  readonly expand: boolean;
  readonly verify?: boolean;
  readonly json?: boolean;
  readonly sheet?: string;
  readonly force?: boolean;
}

export interface DuplicatesCommandOptions {
  readonly index?: string;
  readonly threshold?: number;
  readonly json?: boolean;
}
