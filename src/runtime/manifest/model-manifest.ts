/** One file of a model, beside its `model.json`. */
export interface ModelFile {
  /** Name inside the model's folder. */
  readonly file: string;
  /** Of the file's bytes, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** What every `model.json` says, whatever the model is for. */
export interface ModelManifest {
  readonly name: string;
  readonly task: string;
  readonly version: string;
  readonly description: string;
  /** The graphs by their part in the work, such as `fused`, `encoder`, `decoder`. */
  readonly files: Readonly<Record<string, ModelFile>>;
  readonly licence: { readonly code: string; readonly weights: string };
  readonly trainingData: string;
  /** Set name to metric name to value, such as `scores.chairs.epe` in pixels. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Trained numbers in the network. */
  readonly parameters: number;
}
