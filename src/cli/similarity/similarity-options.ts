/** The options of `whither similarity`, parsed. */
export interface SimilarityCommandOptions {
  readonly model: string;
  readonly metric?: string;
  readonly threshold?: number;
  readonly at?: { readonly x: number; readonly y: number };
  readonly map?: string;
  readonly top?: number;
  readonly json?: boolean;
  readonly force?: boolean;
}
