import type { OptionNames } from '../../core/index.ts';
import { ModelError, checkInteger, checkOneOf, checkOptions, expected } from '../../core/index.ts';
import { RUNTIME_OPTIONS, checkRuntimeOptions, findModel } from '../../runtime/index.ts';
import type { AnyManifest, PairManifest, PatchManifest, RuntimeOptions } from '../../runtime/index.ts';
import { createClassicalDescriber, isClassical } from './classical-measures.ts';
import type { Describer, Measure } from './measure.ts';
import { openDescriber, openScorer } from './networks.ts';
import type { PatchNetworkOptions, PatchPrecision } from './networks.ts';

/** A distance at or below which two patches count as the same. */
export interface PatchThreshold {
  /** Share of differing pairs that it let through where it was chosen, on held-out generated pairs. */
  readonly falsePositiveRate: number;
  /** In the model's own distance. */
  readonly distance: number;
}

/** Options of `loadPatchModel`. */
export interface LoadPatchModelOptions extends RuntimeOptions {
  /** Which file of a descriptor network to run; defaults to `fp32`. */
  readonly precision?: PatchPrecision;
  /** Threads of ONNX Runtime; defaults to as many as there are cores. */
  readonly threads?: number;
}

const OPTIONS: OptionNames<LoadPatchModelOptions> = { ...RUNTIME_OPTIONS, precision: true, threads: true };

/** A way to tell how alike two patches are, loaded and ready; it holds memory and threads until it is disposed of. */
export class PatchModel {
  readonly name: string;
  /** What its `model.json` says; absent for the classical measures. */
  readonly manifest: PatchManifest | PairManifest | undefined;
  #measure: Measure | undefined;

  /** @internal Use `loadPatchModel`. */
  constructor(name: string, measure: Measure, manifest?: PatchManifest | PairManifest) {
    this.name = name;
    this.manifest = manifest;
    this.#measure = measure;
  }

  /** @internal */
  get measure(): Measure {
    if (this.#measure) return this.#measure;
    throw new ModelError(`Expected a loaded model but ${this.name} has been disposed of`);
  }

  /** Whether it makes descriptors (`describe`), rather than look at both patches at once. */
  get describes(): boolean {
    return this.measure.kind === 'describer';
  }

  /** Side in pixels of the patches that it looks at; others are brought to it. */
  get patchSize(): number {
    return this.measure.patchSize;
  }

  /** Whether A against B is B against A. */
  get symmetric(): boolean {
    return this.measure.kind === 'describer' || this.measure.symmetric;
  }

  /** Distances that come with the model, by rising false-positive rate; none where none were measured. */
  get thresholds(): readonly PatchThreshold[] {
    return (this.manifest?.thresholds ?? []).map((threshold) => ({
      falsePositiveRate: threshold.falsePositiveRate,
      distance: 'distance' in threshold ? threshold.distance : -threshold.score,
    }));
  }

  /** Frees the sessions; the model is of no use after that. */
  async dispose(): Promise<void> {
    const measure = this.#measure;
    this.#measure = undefined;
    await measure?.dispose();
  }

  [Symbol.dispose](): void {
    void this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** What runs where no model is named. */
export const DEFAULT_PATCH_MODEL = 'patchnet';

/**
 * Loads what compares patches: a network, after checking its files against the hashes in `model.json`, or one of the
 * classical measures `raw`, `ncc`, `color-histogram`, `sift`, `rootsift`.
 *
 * @param nameOrFolder name of an installed model (see `listModels`), a folder that holds a `model.json`, or a measure
 * @throws {ModelError} where the model is missing, damaged, not for patches, or has no file of that precision
 * @throws {BackendError} where the device is not here
 * @example
 * import { loadPatchModel, similarity } from 'whither';
 *
 * await using model = await loadPatchModel('patchnet');
 * const { score } = await similarity(model, patchA, patchB);
 */
export async function loadPatchModel(
  nameOrFolder: string = DEFAULT_PATCH_MODEL,
  options: LoadPatchModelOptions = {},
): Promise<PatchModel> {
  checkOptions(options, OPTIONS, 'loadPatchModel');
  checkRuntimeOptions(options);
  if (typeof nameOrFolder !== 'string') throw expected('the name of a model', 'nameOrFolder', nameOrFolder);
  const precision = checkOneOf(options.precision ?? 'fp32', 'precision', ['fp32', 'fp16', 'int8']);
  if (options.threads !== undefined) checkInteger(options.threads, 'threads', 1);
  if (isClassical(nameOrFolder)) return new PatchModel(nameOrFolder, createClassicalDescriber(nameOrFolder));
  const model = await findModel(nameOrFolder, ['patch', 'pair']);
  const manifest = checkTask(model.manifest);
  checkPrecision(manifest, precision);
  const network: PatchNetworkOptions = { ...options, precision };
  const measure =
    manifest.task === 'patch'
      ? await openDescriber(model, manifest, network)
      : await openScorer(model, manifest, network);
  return new PatchModel(manifest.name, measure, manifest);
}

function checkTask(manifest: AnyManifest): PatchManifest | PairManifest {
  if (manifest.task === 'patch') return manifest as PatchManifest;
  if (manifest.task === 'pair') return manifest as PairManifest;
  throw new ModelError(`Expected a model for patches but ${manifest.name} is for ${manifest.task}`);
}

function checkPrecision(
  { name, task, files }: PatchManifest | PairManifest,
  precision: PatchPrecision,
): void {
  if (precision === 'fp32' || (task === 'patch' && files[`patch-${precision}`])) return;
  const present = ['fp32', ...['fp16', 'int8'].filter((other) => files[`patch-${other}`])];
  throw new ModelError(`Expected precision ${present.join(' or ')} for ${name} but received ${precision}`);
}

/** The model's describer; ModelError where it looks at both patches at once. */
export function describerOf(model: PatchModel): Describer {
  const { measure } = checkModel(model);
  if (measure.kind === 'describer') return measure;
  throw new ModelError(
    `Expected a model that makes descriptors but ${model.name} compares two patches: use patchnet or a classical measure`,
  );
}

export function checkModel(model: PatchModel): PatchModel {
  if (!(model instanceof PatchModel)) throw expected('a model from loadPatchModel', 'model', model);
  return model;
}
