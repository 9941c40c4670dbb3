import type { CorrelationSpec } from '../types.ts';

/** A way to compute the correlation, loaded only when it is wanted. */
export interface Backend {
  /** `null` where it works on this machine, otherwise a sentence that says what is missing. */
  unavailable(): Promise<string | null>;
  /** Compiles everything that `run` needs for maps of this size. */
  prepare(spec: CorrelationSpec, options: BackendOptions): Promise<BackendRun>;
}

export interface BackendOptions {
  /** Threads to share the work, where the backend can; by default it decides. */
  readonly threads?: number;
}

/** A backend at work on one size. */
export interface BackendRun {
  /** @param out receives the whole volume; `a` and `b` are channels first, of the size prepared for */
  run(a: Float32Array, b: Float32Array, out: Float32Array): Promise<void>;
  dispose(): void;
}
