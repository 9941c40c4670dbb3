import { ModelError, checkInteger, checkOptions, expected } from '../../core/index.ts';
import type { OptionNames, Tensor } from '../../core/index.ts';
import {
  RUNTIME_OPTIONS,
  checkFinite,
  checkOutput,
  checkRuntimeOptions,
  createQueue,
  findModel,
  loadGraph,
} from '../../runtime/index.ts';
import type { HomographyManifest, Queue, RuntimeOptions, Session } from '../../runtime/index.ts';

/** Options of `loadHomographyModel`. */
export interface LoadHomographyModelOptions extends RuntimeOptions {
  /** Threads of ONNX Runtime; defaults to one, for the images are small. */
  readonly threads?: number;
}

const OPTIONS: OptionNames<LoadHomographyModelOptions> = { ...RUNTIME_OPTIONS, threads: true };

/** What is run where no model is named. */
export const DEFAULT_HOMOGRAPHY_MODEL = 'homography';

const SIGNATURE = { inputs: ['imageA', 'imageB'], outputs: ['offsets'] };

/** The networks of the deep homography, loaded; they hold memory until they are disposed of. */
export class HomographyModel {
  readonly name: string;
  readonly manifest: HomographyManifest;
  /** @internal Estimates on one model take turns. */
  readonly inTurn: Queue = createQueue();
  #graphs: { readonly coarse: Session; readonly fine: Session } | undefined;

  /** @internal Use `loadHomographyModel`. */
  constructor(manifest: HomographyManifest, coarse: Session, fine: Session) {
    this.name = manifest.name;
    this.manifest = manifest;
    this.#graphs = { coarse, fine };
  }

  /**
   * @internal Looks at `n` pairs of small images, `[n, 1, size, size]` both.
   * @returns `[n, 4, 2]`: x and y of each corner's move in pixels, from the top left one clockwise
   */
  async look(part: 'coarse' | 'fine', imageA: Tensor, imageB: Tensor): Promise<Tensor> {
    if (!this.#graphs) throw new ModelError(`Expected a loaded model but ${this.name} has been disposed of`);
    const { offsets } = await this.#graphs[part].run({ imageA, imageB });
    checkFinite(checkOutput(offsets, [imageA.dims[0], 4, 2], 'offsets').data, 'offsets');
    return offsets;
  }

  /** Frees all that is held; the model is of no use after that. */
  async dispose(): Promise<void> {
    const graphs = this.#graphs;
    this.#graphs = undefined;
    if (graphs) await this.inTurn(() => Promise.all([graphs.coarse.dispose(), graphs.fine.dispose()]));
  }

  [Symbol.dispose](): void {
    void this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/**
 * Loads what estimates homographies, after checking its files against the hashes in `model.json`.
 *
 * @param nameOrFolder name of an installed model, or a folder that holds a `model.json`
 * @throws {ModelError} where the model is missing, damaged, or for something else
 * @example
 * import { estimateHomography, loadHomographyModel } from 'whither/geometry';
 *
 * await using model = await loadHomographyModel('homography', { threads: 1 });
 * const { homography } = await estimateHomography(model, imageA, imageB);
 */
export async function loadHomographyModel(
  nameOrFolder: string = DEFAULT_HOMOGRAPHY_MODEL,
  options: LoadHomographyModelOptions = {},
): Promise<HomographyModel> {
  checkOptions(options, OPTIONS, 'loadHomographyModel');
  checkRuntimeOptions(options);
  if (typeof nameOrFolder !== 'string') throw expected('the name of a model', 'nameOrFolder', nameOrFolder);
  const threads = checkInteger(options.threads ?? 1, 'threads', 1);
  const session = { ...options, threads };
  const installed = await findModel(nameOrFolder, ['homography']);
  const { manifest } = installed;
  if (manifest.task !== 'homography')
    throw new ModelError(`Expected a model for homographies but ${manifest.name} is for ${manifest.task}`);
  const coarse = await loadGraph(installed, 'coarse', SIGNATURE, session);
  const fine = await loadGraph(installed, 'fine', SIGNATURE, session);
  return new HomographyModel(manifest as HomographyManifest, coarse, fine);
}
