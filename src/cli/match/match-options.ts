import type { SemanticTransformName } from '../../match/semantic/index.ts';

/** The options of `whither match`, parsed. */
export interface MatchCommandOptions {
  readonly draw?: string;
  readonly json?: boolean;
  readonly model: 'translation' | 'similarity' | 'affine' | 'homography' | 'fundamental';
  readonly source: 'features' | 'flow' | 'homography-network';
  readonly detector: 'dog' | 'harris' | 'fast';
  readonly descriptor: string;
  readonly flowModel?: string;
  readonly count: number;
  readonly ratio: number;
  readonly threshold: number;
  readonly seed: number;
  readonly views: 'auto' | 'always' | 'never';
  readonly rematch: boolean;
  readonly polish?: boolean;
  /** True, or with `semantic` the path of a file. */
  readonly points?: boolean | string;
  readonly semantic?: boolean;
  readonly transform?: SemanticTransformName;
  readonly looks?: number;
  readonly force?: boolean;
}
