import type { FeatureMap } from '../../../kernels/types.ts';
import type { ModelPyramid } from '../../runtime/index.ts';
import type { Maps } from '../types.ts';
import type { Graph, LoadGraph } from './graph.ts';
import type { preparePyramidKernels } from './pyramid-kernels.ts';
import type { PyramidState } from './pyramid-state.ts';

/** The graphs of one level. */
export interface LevelGraphs {
  /**
   * A step: `correlation`, `context`, `flow`, `hidden` and the guides to `change` (u, v in cells, logit of being occluded)
   * and `next`, the hidden state.
   */
  readonly step: Graph;
  /** The step's input that takes the guides, where it has one. */
  readonly guides?: string;
  /** `hidden` to `mask`, the weights of the convex upsampling, and `finer`, the hidden state of the next level, if any. */
  readonly rise?: Graph;
  /** `hidden` to `mask`; other outputs are not looked at. */
  readonly mask: Graph;
}

/** What a kind of pyramid network is made of. */
export interface PyramidParts {
  /** `image` to `features0`, `context0` and so on, coarse to fine, and `start`, of which the first hidden state is made. */
  readonly encoder: Graph;
  /** Coarse to fine. */
  readonly levels: readonly LevelGraphs[];
  /**
   * Where the steps start.
   *
   * @param initial flow that they may start from, in pixels of the input
   */
  start(network: PyramidNetwork, run: PyramidRun, initial: FeatureMap | undefined): Promise<PyramidState>;
  /** Of all graphs. */
  dispose(): Promise<void>;
}

/** What every run of a pyramid network shares. */
export interface PyramidNetwork {
  readonly shape: ModelPyramid;
  readonly parts: PyramidParts;
  readonly kernels: ReturnType<typeof preparePyramidKernels>;
}

/** The encodings of a pair, and how it is run. */
export interface PyramidRun {
  readonly a: Maps;
  readonly b: Maps;
  /** Steps at each level, coarse to fine. */
  readonly counts: readonly number[];
  readonly signal: AbortSignal | undefined;
}

/** Loads the encoder of a pyramid of so many levels. */
export function loadEncoder(load: LoadGraph, { strides }: ModelPyramid): Promise<Graph> {
  const levels = (name: string): string[] => strides.map((_, level) => `${name}${level}`);
  return load('encoder', ['image'], [...levels('features'), ...levels('context'), 'start']);
}

/** Frees all of them. */
export const disposeGraphs = async (graphs: readonly Graph[]): Promise<void> => {
  await Promise.all(graphs.map((graph) => graph.dispose()));
};
