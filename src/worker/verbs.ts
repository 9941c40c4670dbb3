/** What a worker thread can do, and the models that it holds. */

import type { Image } from '../core/index.ts';
import { estimateFlow, estimateParts, flowSequence } from '../flow/estimate/index.ts';
import type { EstimateOptions, EstimateParts } from '../flow/estimate/index.ts';
import { loadFlowModel } from '../flow/network/index.ts';
import type { FlowModel } from '../flow/network/index.ts';
import { match } from '../match/pair/index.ts';
import { loadPatchModel, similarity, similarityMap, verify } from '../match/patches/index.ts';
import type { PatchModel } from '../match/patches/index.ts';
import { loadSemanticModel, matchSemantic } from '../match/semantic/index.ts';
import type { SemanticModel } from '../match/semantic/index.ts';
import { stitch } from '../stitch/index.ts';
import type { StitchOptions } from '../stitch/index.ts';
import { handOver } from './pack.ts';

/** A model as the host speaks of it. */
export interface ModelRef {
  readonly model: number;
  readonly kind: WorkerModelKind;
  readonly nameOrFolder?: string;
  readonly options?: object;
}

/** What a model of a worker is for. */
export type WorkerModelKind = 'flow' | 'patch' | 'semantic';

interface Models {
  readonly flow: FlowModel;
  readonly patch: PatchModel;
  readonly semantic: SemanticModel;
}

const LOADERS = { flow: loadFlowModel, patch: loadPatchModel, semantic: loadSemanticModel };

const models = new Map<number, Promise<Models[keyof Models]>>();

/** The model of a reference, loaded where it is not yet: in a thread that replaces another. */
function modelOf<Kind extends keyof Models>(ref: ModelRef & { kind: Kind }): Promise<Models[Kind]> {
  const { model: id, kind, nameOrFolder, options } = ref;
  const known = models.get(id);
  if (known) return known as Promise<Models[Kind]>;
  const loading: Promise<Models[keyof Models]> = LOADERS[kind](nameOrFolder, options);
  models.set(id, loading);
  loading.catch(() => models.delete(id));
  return loading as Promise<Models[Kind]>;
}

/** Frees all models. */
export async function disposeModels(): Promise<void> {
  await Promise.all([...models.keys()].map(disposeModel));
}

async function disposeModel(id: number): Promise<void> {
  const loading = models.get(id);
  models.delete(id);
  await (await loading?.catch(() => undefined))?.dispose();
}

type FlowRef = ModelRef & { readonly kind: 'flow' };
type PatchRef = ModelRef & { readonly kind: 'patch' };
type Rest<Verb extends (...args: never[]) => unknown> =
  Parameters<Verb> extends [unknown, ...infer Others] ? Others : never;

/** A frame of a sequence, and whether the pair that it ends is to be skipped; null after the last. */
export type NextFrame = () => Promise<{ readonly image: Image; readonly skip: boolean } | null>;

/** Takes a flow of a sequence; the promise is fulfilled when somebody wants the next. */
export type TakeEstimate = (index: number, estimate: EstimateParts) => Promise<void>;

/** Each of them gets the arguments of its namesake, with references for models, and the signal that ends the call. */
export const VERBS: Readonly<Record<string, (args: never, signal: AbortSignal) => Promise<unknown>>> = {
  async loadModel([ref]: [ModelRef]) {
    return nameOf(await modelOf(ref));
  },
  disposeModel: ([{ model }]: [ModelRef]) => disposeModel(model),
  estimateFlow: async ([ref, a, b, options]: [FlowRef, ...Rest<typeof estimateFlow>], signal) =>
    estimateParts(await estimateFlow(await modelOf(ref), a, b, { ...options, signal })),
  flowSequence: runSequence,
  match: ([a, b, options]: Parameters<typeof match>, signal) => match(a, b, { ...options, signal }),
  async matchSemantic(
    [ref, a, b, options]: [ModelRef & { kind: 'semantic' }, ...Rest<typeof matchSemantic>],
    signal,
  ) {
    return matchSemantic(await modelOf(ref), a, b, { ...options, signal });
  },
  similarity: async ([ref, ...args]: [PatchRef, ...Rest<typeof similarity>]) =>
    similarity(await modelOf(ref), ...args),
  similarityMap: async ([ref, ...args]: [PatchRef, ...Rest<typeof similarityMap>]) =>
    similarityMap(await modelOf(ref), ...args),
  verify: async ([ref, ...args]: [PatchRef, ...Rest<typeof verify>]) => verify(await modelOf(ref), ...args),
  async stitch(
    [images, options]: [Parameters<typeof stitch>[0], StitchOptions & { align?: FlowRef }],
    signal,
  ) {
    const align = options.align && (await alignBy(options.align));
    return stitch(images, { ...options, align, signal });
  },
};

const nameOf = (model: Models[keyof Models]): string => ('name' in model ? model.name : model.manifest.name);

/** The flow between two images, by a model or by a function of the host. */
async function alignBy(align: FlowRef | StitchOptions['align']): Promise<StitchOptions['align']> {
  if (typeof align !== 'object') return align;
  const model = await modelOf(align);
  return (imageA, imageB) => estimateFlow(model, imageA, imageB);
}

/** Each flow goes to the host while the next one is estimated. */
async function runSequence(
  [ref, next, take, options]: [FlowRef, NextFrame, TakeEstimate, EstimateOptions],
  signal: AbortSignal,
): Promise<void> {
  const skipped = new Set<number>();
  async function* frames(): AsyncGenerator<Image> {
    let index = -1;
    for (let frame; (frame = await next()); index++) {
      if (frame.skip) skipped.add(index);
      yield frame.image;
    }
  }
  const how = { ...options, signal, skip: (index: number) => skipped.has(index) };
  let taken: Promise<void> | undefined;
  for await (const estimate of flowSequence(await modelOf(ref), frames(), how)) {
    await taken;
    taken = take(estimate.index, handOver(estimateParts(estimate)));
  }
  await taken;
}
