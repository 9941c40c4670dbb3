import { ModelError, checkInteger, checkOptions, expected } from '../../core/index.ts';
import type { Image, OptionNames } from '../../core/index.ts';
import { prepareAllPairs } from '../../../kernels/correlation/index.ts';
import type { AllPairsVolume, PreparedAllPairs } from '../../../kernels/correlation/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import {
  RUNTIME_OPTIONS,
  checkFinite,
  checkOutput,
  checkRuntimeOptions,
  createQueue,
  findModel,
  loadGraph,
} from '../../runtime/index.ts';
import type {
  InstalledModel,
  Queue,
  RuntimeOptions,
  SemanticManifest,
  Session,
  SessionOptions,
} from '../../runtime/index.ts';
import { describePlanes, extractSemanticFeatures } from './features.ts';
import type { SemanticFeatures } from './features.ts';
import type { Size } from '../../core/index.ts';

/** The maps that there are regressors for. */
export type RegressorName = 'affine' | 'homography' | 'tps';

/** How many numbers each of them gives. */
const NUMBERS: Readonly<Record<RegressorName, number>> = { affine: 6, homography: 8, tps: 18 };

/** Options of `loadSemanticModel`. */
export interface LoadSemanticModelOptions extends RuntimeOptions {
  /** Threads of ONNX Runtime; defaults to as many as there are cores. */
  readonly threads?: number;
}

const OPTIONS: OptionNames<LoadSemanticModelOptions> = { ...RUNTIME_OPTIONS, threads: true };

/** What is run where no model is named. */
export const DEFAULT_SEMANTIC_MODEL = 'semantic';

/** The networks and kernels of semantic matching, loaded; they hold memory and threads until they are disposed of. */
export class SemanticModel {
  readonly name: string;
  readonly manifest: SemanticManifest;
  /** @internal Matches on one model take turns. */
  readonly inTurn: Queue = createQueue();
  readonly #installed: InstalledModel;
  readonly #options: SessionOptions;
  readonly #kernels = new Map<number, Promise<PreparedAllPairs>>();
  readonly #regressors = new Map<RegressorName, Promise<Session>>();
  #trunk: Session | undefined;

  /** @internal Use `loadSemanticModel`. */
  constructor(
    installed: InstalledModel,
    manifest: SemanticManifest,
    trunk: Session,
    options: SessionOptions,
  ) {
    this.name = manifest.name;
    this.manifest = manifest;
    this.#installed = installed;
    this.#options = options;
    this.#trunk = trunk;
  }

  get #open(): Session {
    if (this.#trunk) return this.#trunk;
    throw new ModelError(`Expected a loaded model but ${this.name} has been disposed of`);
  }

  /** @internal What the trunk says of an image. */
  features(image: Image): Promise<SemanticFeatures> {
    return extractSemanticFeatures(this.#open, this.manifest, image);
  }

  /** @internal The same of an image that has been brought to the trunk's size. */
  describe(planes: FeatureMap, size: Size): Promise<SemanticFeatures> {
    return describePlanes(this.#open, this.manifest, planes, size);
  }

  /** @internal The scores of all cells of A with all of B, and the kernel that computed them. */
  async correlate(
    a: FeatureMap,
    b: FeatureMap,
  ): Promise<{ readonly volume: AllPairsVolume; readonly backend: PreparedAllPairs['backend'] }> {
    const kernel = await this.#kernel(a);
    return { volume: await kernel.run(a, b), backend: kernel.backend };
  }

  #kernel({ channels, height, width }: FeatureMap): Promise<PreparedAllPairs> {
    const sizes = { channels, heightA: height, widthA: width, heightB: height, widthB: width };
    const prepared =
      this.#kernels.get(height) ?? prepareAllPairs({ ...sizes, scale: 'none' }, { threads: 1 });
    this.#kernels.set(height, prepared);
    return prepared;
  }

  /** @internal The numbers of a map from the target's plane to the source's. */
  async regress(name: RegressorName, tensor: FeatureMap): Promise<Float32Array> {
    const session = await this.#regressor(name);
    const { channels, height, width, data } = tensor;
    const { theta } = await session.run({ correlation: { dims: [1, channels, height, width], data } });
    return checkFinite(checkOutput(theta, [1, NUMBERS[name]], 'theta').data, 'theta');
  }

  #regressor(name: RegressorName): Promise<Session> {
    void this.#open;
    const signature = { inputs: ['correlation'], outputs: ['theta'] };
    const loaded = this.#regressors.get(name) ?? loadGraph(this.#installed, name, signature, this.#options);
    this.#regressors.set(name, loaded);
    return loaded;
  }

  /** Frees all that is held; the model is of no use after that. */
  async dispose(): Promise<void> {
    const trunk = this.#trunk;
    this.#trunk = undefined;
    if (trunk) await this.inTurn(() => this.#release(trunk));
  }

  async #release(trunk: Session): Promise<void> {
    for (const kernel of this.#kernels.values()) (await kernel).dispose();
    const regressors = await Promise.all(this.#regressors.values());
    await Promise.all([trunk, ...regressors].map((session) => session.dispose()));
  }

  [Symbol.dispose](): void {
    void this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/**
 * Loads what finds the same part of another object, after checking its files against the hashes in `model.json`.
 *
 * @param nameOrFolder name of an installed model, or a folder that holds a `model.json`
 * @throws {ModelError} where the model is missing, damaged, or for something else
 * @example
 * import { loadSemanticModel, matchSemantic } from 'whither';
 *
 * await using model = await loadSemanticModel('semantic');
 * const { score } = await matchSemantic(model, imageA, imageB);
 */
export async function loadSemanticModel(
  nameOrFolder: string = DEFAULT_SEMANTIC_MODEL,
  options: LoadSemanticModelOptions = {},
): Promise<SemanticModel> {
  checkOptions(options, OPTIONS, 'loadSemanticModel');
  checkRuntimeOptions(options);
  if (typeof nameOrFolder !== 'string') throw expected('the name of a model', 'nameOrFolder', nameOrFolder);
  if (options.threads !== undefined) checkInteger(options.threads, 'threads', 1);
  const installed = await findModel(nameOrFolder, ['semantic']);
  const { manifest } = installed;
  if (manifest.task !== 'semantic')
    throw new ModelError(
      `Expected a model for semantic matching but ${manifest.name} is for ${manifest.task}`,
    );
  const semantic = manifest as SemanticManifest;
  const outputs = semantic.features.map(({ output }) => output);
  const trunk = await loadGraph(installed, 'trunk', { inputs: ['image'], outputs }, options);
  return new SemanticModel(installed, semantic, trunk, options);
}
