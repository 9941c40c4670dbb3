import { ModelError, expected } from '../core/index.ts';
import type { ThreadPool } from './pool.ts';
import type { ModelRef, WorkerModelKind } from './verbs.ts';

let last = 0;

/** A model that a worker's threads have loaded; it holds their memory until it is disposed of or the worker closed. */
export class WorkerModel<Kind extends WorkerModelKind = WorkerModelKind> {
  readonly kind: Kind;
  readonly name: string;
  readonly #pool: ThreadPool;
  readonly #ref: ModelRef;
  #disposed = false;

  /** @internal Use a worker's `loadFlowModel`, `loadPatchModel` or `loadSemanticModel`. */
  constructor(pool: ThreadPool, name: string, ref: ModelRef & { readonly kind: Kind }) {
    this.kind = ref.kind;
    this.name = name;
    this.#pool = pool;
    this.#ref = ref;
  }

  /** @internal What stands for it in a call. */
  refFor(pool: ThreadPool): ModelRef {
    if (pool !== this.#pool) throw expected('a model that this worker loaded', 'model', this);
    if (this.#disposed) throw new ModelError(`Expected a loaded model but ${this.name} has been disposed of`);
    return this.#ref;
  }

  /** Frees it in all threads; it is of no use after that. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    // The threads of a closed worker took their models with them.
    if (this.#pool.closed) return;
    await this.#pool.runOnEach({ verb: 'disposeModel', args: [this.#ref] });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** Loads a model in every thread of a pool. */
export async function loadInPool<Kind extends WorkerModelKind>(
  pool: ThreadPool,
  kind: Kind,
  nameOrFolder: string | undefined,
  options: object,
): Promise<WorkerModel<Kind>> {
  const ref = { model: ++last, kind, nameOrFolder, options };
  const [name] = (await pool.runOnEach({ verb: 'loadModel', args: [ref] })) as string[];
  return new WorkerModel(pool, name, ref);
}

/** What stands for a model in a call; TypeError where it is none of this kind from this worker. */
export function refOf(pool: ThreadPool, model: WorkerModel, kind: WorkerModelKind): ModelRef {
  if (!(model instanceof WorkerModel) || model.kind !== kind)
    throw expected(`a ${kind} model that this worker loaded`, 'model', model);
  return model.refFor(pool);
}
