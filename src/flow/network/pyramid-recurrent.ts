import type { FeatureMap } from '../../../kernels/types.ts';
import { fillPlanes, joinPlanes } from '../field/index.ts';
import type { ModelPyramid } from '../../runtime/index.ts';
import { checkOutputMap } from './graph.ts';
import type { Graph, LoadGraph } from './graph.ts';
import { improve } from './pyramid-level.ts';
import { disposeGraphs, loadEncoder } from './pyramid-network.ts';
import type { PyramidNetwork, PyramidParts, PyramidRun } from './pyramid-network.ts';
import { checkScore, chooseByScore, matchPair, pick } from './pyramid-start.ts';
import type { PyramidMatch } from './pyramid-start.ts';
import { noLogit } from './pyramid-state.ts';
import type { Guides, PyramidState } from './pyramid-state.ts';

/** The graphs of a recurrent pyramid, whose candidates are carried through its first steps. */
interface RecurrentGraphs {
  readonly encoder: Graph;
  /** `start` to `hidden`, the first hidden states of the candidates of `listCandidates`, one after the other. */
  readonly begin: Graph;
  /** A step at every level but the finest, with `guides`. */
  readonly update: Graph;
  /** A step at the finest level, without guides. */
  readonly fine: Graph;
  /** `hidden` to `score`: how far the candidate that led there is to be believed. */
  readonly score: Graph;
  /** From the coarsest level to the next, and so on. */
  readonly rises: readonly Graph[];
  /** At the finest level. */
  readonly mask: Graph;
}

/** Loads the graphs of such a pyramid. */
export async function loadRecurrentPyramid(load: LoadGraph, shape: ModelPyramid): Promise<PyramidParts> {
  const step = ['correlation', 'context', 'flow', 'hidden'];
  const [encoder, begin, update, fine, score, mask, ...rises] = await Promise.all([
    loadEncoder(load, shape),
    load('begin', ['start'], ['hidden']),
    load('update', [...step, 'guides'], ['change', 'next'], true),
    load('fine', step, ['change', 'next'], true),
    load('score', ['hidden'], ['score']),
    load('mask', ['hidden'], ['mask']),
    ...shape.strides.slice(1).map((_, level) => load(`rise${level}`, ['hidden'], ['mask', 'finer'])),
  ]);
  return recurrentPyramid({ encoder, begin, update, fine, score, rises, mask }, shape.carry!);
}

/** Candidates that there are after an earlier pass. */
const MOST_CANDIDATES = 5;

/**
 * A pyramid network that takes its first steps from every candidate, and goes on in each cell from the one that it then
 * believes in most.
 *
 * @param carry steps with all candidates, as far as a run has so many at the coarsest level
 */
function recurrentPyramid(graphs: RecurrentGraphs, carry: number): PyramidParts {
  const { encoder, begin, update, fine, score, rises, mask } = graphs;
  const coarse = rises.map((rise) => ({ step: update, guides: 'guides', rise, mask: rise }));
  return {
    encoder,
    levels: [...coarse, { step: fine, mask }],
    async start(network, run, initial) {
      const match = await matchPair(network, run, initial);
      const steps = Math.min(carry, run.counts[0]);
      const states = await carryOn(network, run, match, await beginStates(begin, run.a.start), steps);
      const scores: Float32Array[] = [];
      for (const { hidden } of states) scores.push(checkScore((await score.run({ hidden })).score, hidden));
      const chosen = chooseByScore(scores);
      const choose = (of: (state: PyramidState) => FeatureMap): FeatureMap => pick(states.map(of), chosen);
      return {
        ...states[0],
        flow: choose(({ flow }) => flow),
        logit: choose(({ logit }) => logit),
        hidden: choose(({ hidden }) => hidden),
      };
    },
    dispose: () => disposeGraphs([encoder, begin, update, fine, score, ...rises, mask]),
  };
}

/** The first hidden state of each candidate. */
async function beginStates(graph: Graph, start: FeatureMap): Promise<FeatureMap[]> {
  const { height, width, data } = start;
  const { hidden } = await graph.run({ start });
  checkOutputMap(hidden, [MOST_CANDIDATES * start.channels, height, width], 'hidden');
  return Array.from({ length: MOST_CANDIDATES }, (_, k) => ({
    ...start,
    data: hidden.data.subarray(k * data.length, (k + 1) * data.length),
  }));
}

/** Every candidate after some steps. */
async function carryOn(
  network: PyramidNetwork,
  run: PyramidRun,
  match: PyramidMatch,
  hidden: readonly FeatureMap[],
  steps: number,
): Promise<PyramidState[]> {
  const guides = guidesOf(match);
  const states: PyramidState[] = [];
  for (const [k, flow] of match.candidates.entries()) {
    const state = { level: 0, steps: 0, flow, logit: noLogit(flow), guides, hidden: hidden[k] };
    await improve(network, state, run, steps);
    // The next candidate's steps write to the same place.
    states.push({ ...state, hidden: { ...state.hidden, data: state.hidden.data.slice() } });
  }
  return states;
}

/** Match, shared motion and initial flow, the match's confidence, and whether there is an initial flow. */
function guidesOf({ found, shared, before, confidence }: PyramidMatch): Guides {
  const { height, width } = found;
  const initial = before ?? fillPlanes([0, 0], height, width);
  const known = fillPlanes([before ? 1 : 0], height, width);
  return { ...joinPlanes([found, shared, initial, confidence, known]), flows: 3 };
}
