import { ModelError, checkImage, checkInteger, checkOptions, expected } from '../../core/index.ts';
import type { Image, OptionNames } from '../../core/index.ts';
import { checkFinite, checkOutput, createQueue, findModel, loadGraph } from '../../runtime/index.ts';
import type { GlobalManifest, Queue, Session } from '../../runtime/index.ts';
import { poolFeatures } from './pool-features.ts';

/** Options of `loadGlobalModel`. */
export interface LoadGlobalModelOptions {
  /** Threads of ONNX Runtime; defaults to as many as there are cores. */
  readonly threads?: number;
}

const OPTIONS: OptionNames<LoadGlobalModelOptions> = { threads: true };

/** What is run where no model is named. */
export const DEFAULT_GLOBAL_MODEL = 'global';

interface Graphs {
  readonly trunk: Session;
  readonly head: Session;
}

/** What describes whole images, loaded; it holds memory and threads until it is disposed of. */
export class GlobalModel {
  readonly name: string;
  readonly manifest: GlobalManifest;
  /** Names the weights: descriptors of other weights do not compare. */
  readonly fingerprint: string;
  readonly #inTurn: Queue = createQueue();
  #graphs: Graphs | undefined;

  /** @internal Use `loadGlobalModel`. */
  constructor(manifest: GlobalManifest, graphs: Graphs) {
    this.name = manifest.name;
    this.manifest = manifest;
    this.fingerprint = manifest.files.head.sha256.slice(0, 16);
    this.#graphs = graphs;
  }

  /** @internal Use `describeImage`. */
  describe(image: Image): Promise<Float32Array> {
    return this.#inTurn(async () => {
      const graphs = this.#graphs;
      if (!graphs) throw new ModelError(`Expected a loaded model but ${this.name} has been disposed of`);
      const pooled = await poolFeatures(graphs.trunk, this.manifest, image);
      const { descriptor } = await graphs.head.run({ pooled: { dims: [1, pooled.length], data: pooled } });
      const { data } = checkOutput(descriptor, [1, this.manifest.length], 'descriptor');
      return checkFinite(data, 'descriptor');
    });
  }

  /** Frees all that is held; the model is of no use after that. */
  async dispose(): Promise<void> {
    const graphs = this.#graphs;
    this.#graphs = undefined;
    if (graphs) await this.#inTurn(() => Promise.all([graphs.trunk.dispose(), graphs.head.dispose()]));
  }

  [Symbol.dispose](): void {
    void this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/**
 * Loads what describes a whole image by one vector, after checking its files against the hashes in `model.json`.
 *
 * @param nameOrFolder name of an installed model, or a folder that holds a `model.json`
 * @throws {ModelError} where the model is missing, damaged, or for something else
 * @example
 * import { describeImage, loadGlobalModel } from 'whither/search';
 *
 * await using model = await loadGlobalModel();
 * const descriptor = await describeImage(model, imageA);
 */
export async function loadGlobalModel(
  nameOrFolder: string = DEFAULT_GLOBAL_MODEL,
  options: LoadGlobalModelOptions = {},
): Promise<GlobalModel> {
  checkOptions(options, OPTIONS, 'loadGlobalModel');
  if (typeof nameOrFolder !== 'string') throw expected('the name of a model', 'nameOrFolder', nameOrFolder);
  if (options.threads !== undefined) checkInteger(options.threads, 'threads', 1);
  const installed = await findModel(nameOrFolder, ['global']);
  if (installed.manifest.task !== 'global')
    throw new ModelError(
      `Expected a model for image search but ${installed.manifest.name} is for ${installed.manifest.task}`,
    );
  const manifest = installed.manifest as GlobalManifest;
  const base = await findModel(manifest.trunk);
  const trunk = await loadGraph(base, 'trunk', { inputs: ['image'], outputs: manifest.outputs }, options);
  try {
    const head = await loadGraph(installed, 'head', { inputs: ['pooled'], outputs: ['descriptor'] }, options);
    return new GlobalModel(manifest, { trunk, head });
  } catch (error) {
    await trunk.dispose();
    throw error;
  }
}

/**
 * The descriptor of an image: a unit vector whose dot product with that of another image says how alike the two scenes
 * are, from about 0 (unlike) to 1. Seen at no more than 257 pixels a side, in colour. It takes some 15 ms of one core.
 *
 * @returns `model.manifest.length` numbers (256)
 * @throws {TypeError | ShapeError} where `image` is none; {ModelError} where the model has been disposed of
 * @example
 * import { describeImage, loadGlobalModel } from 'whither/search';
 *
 * const model = await loadGlobalModel();
 * const [a, b] = [await describeImage(model, imageA), await describeImage(model, imageB)];
 * console.log('alike by', a.reduce((sum, value, i) => sum + value * b[i], 0));
 */
export function describeImage(model: GlobalModel, image: Image): Promise<Float32Array> {
  if (!(model instanceof GlobalModel)) throw expected('a model of loadGlobalModel', 'model', model);
  return model.describe(checkImage(image, 'image'));
}
