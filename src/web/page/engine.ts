/// <reference lib="dom" />
import { openWorker } from '../index.ts';
import type { FlowEstimate, Image, PairMatch, SimilarityMap, WhitherWorker } from '../index.ts';

export type Preset = 'fast' | 'balanced' | 'accurate';

/** The verbs of the page, carried out beside it. */
export interface Engine {
  estimate(
    imageA: Image,
    imageB: Image,
    options: { preset: Preset; signal: AbortSignal; onTile: (done: number, total: number) => void },
  ): Promise<FlowEstimate>;
  match(imageA: Image, imageB: Image, signal: AbortSignal): Promise<PairMatch>;
  /** Where in B it looks as around a point of A. */
  similarity(imageA: Image, point: { x: number; y: number }, imageB: Image): Promise<SimilarityMap>;
}

/**
 * Starts to load at once what the first flow needs.
 *
 * @param modelName a model that lies beside the page, or the address of its folder
 */
export function openEngine(modelName: string): Engine {
  const worker = openWorker({ models: 'models/', runtime: 'ort/' });
  const flowModel = later(worker, (opened) => opened.loadFlowModel(modelName));
  let patchModel: ReturnType<WhitherWorker['loadPatchModel']> | undefined;
  return {
    estimate: async (imageA, imageB, options) =>
      (await worker).estimateFlow(await flowModel, imageA, imageB, options),
    match: async (imageA, imageB, signal) => (await worker).match(imageA, imageB, { signal }),
    async similarity(imageA, point, imageB) {
      patchModel ??= later(worker, (opened) => opened.loadPatchModel());
      return (await worker).similarityMap(await patchModel, imageA, point, imageB);
    },
  };
}

/** What goes wrong is told to whoever waits for it. */
function later<T>(worker: Promise<WhitherWorker>, work: (worker: WhitherWorker) => Promise<T>): Promise<T> {
  const done = worker.then(work);
  done.catch(() => undefined);
  return done;
}
