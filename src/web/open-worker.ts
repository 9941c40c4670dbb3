/// <reference lib="dom" />
import { checkOptions } from '../core/index.ts';
import type { OptionNames } from '../core/index.ts';
import type { WebFolders } from '../runtime/web/index.ts';
import { openThreads } from '../worker/index.ts';
import type { WhitherWorker } from '../worker/index.ts';

/** Options of {@link openWorker}; addresses are taken from the page's own on. */
export interface OpenWorkerOptions extends WebFolders {
  /**
   * How many workers carry out calls: that many at once, the others wait.
   *
   * @default 1
   */
  readonly count?: number;
  /** Address of `thread.js` of `whither/dist/web`; defaults to that beside the script that this code is in. */
  readonly thread?: string;
}

const OPTIONS: OptionNames<OpenWorkerOptions> = { count: true, thread: true, models: true, runtime: true };

/**
 * Opens a web worker that carries out the verbs, so that the page stays awake. It uses threads where the page is cross-origin
 * isolated.
 *
 * @throws {WorkerError} where its script does not load
 * @example
 * import { imageFrom, openWorker } from 'whither/web';
 *
 * const worker = await openWorker({ runtime: '/onnxruntime-web/dist/' });
 * const model = await worker.loadFlowModel('whither-flow');
 * const { flow } = await worker.estimateFlow(model, await imageFrom(fileA), await imageFrom(fileB));
 */
export async function openWorker(options: OpenWorkerOptions = {}): Promise<WhitherWorker> {
  const { count = 1, thread, models, runtime } = checkOptions(options, OPTIONS, 'openWorker');
  const worker = await openThreads(count, {
    thread: thread && absolute(thread),
    models: models && asFolder(absolute(models)),
    runtime: runtime && asFolder(absolute(runtime)),
  });
  const { loadFlowModel, loadPatchModel, loadSemanticModel } = worker;
  return Object.defineProperties(Object.create(worker) as WhitherWorker, {
    loadFlowModel: { value: fromPage(loadFlowModel) },
    loadPatchModel: { value: fromPage(loadPatchModel) },
    loadSemanticModel: { value: fromPage(loadSemanticModel) },
  });
}

const absolute = (address: string): string => new URL(address, document.baseURI).href;

const asFolder = (address: string): string => address.replace(/\/?$/, '/');

/** The worker has an address of its own; those that it is given are the page's. */
const fromPage =
  <Rest extends unknown[], Result>(load: (name?: string, ...rest: Rest) => Result) =>
  (name?: string, ...rest: Rest): Result =>
    load(name?.includes('/') ? absolute(name) : name, ...rest);
