import { fillPlanes, joinPlanes } from '../field/index.ts';
import type { ModelPyramid } from '../../runtime/index.ts';
import { volumeMap } from './engine-network.ts';
import type { Graph, LoadGraph } from './graph.ts';
import { disposeGraphs, loadEncoder } from './pyramid-network.ts';
import type { PyramidNetwork, PyramidParts, PyramidRun } from './pyramid-network.ts';
import { checkScore, chooseByScore, matchPair, pick } from './pyramid-start.ts';
import type { PyramidMatch } from './pyramid-start.ts';
import { noLogit } from './pyramid-state.ts';

/** The graphs of a pyramid whose candidates are judged at once and that has one decoder. */
interface JudgeGraphs {
  readonly encoder: Graph;
  /** `correlation`, `context`, `flow`, `confidence` (of the match), `kind` (see `KINDS`) to `score`. */
  readonly judge: Graph;
  /** A step at every level; its `match` are the match, the motion that most share, and the match's confidence. */
  readonly decoder: Graph;
  /** Between all levels. */
  readonly rise: Graph;
  /** At the last level of a run. */
  readonly mask: Graph;
}

/** Two planes of marks tell the judge where each of the candidates of `listCandidates` comes from. */
const KINDS = [
  [1, 0],
  [0, 0],
  [1, 1],
  [0, 1],
  [1, 1],
] as const;

/**
 * Loads the graphs of such a pyramid.
 *
 * @param eightBits whether the decoder is to be the one in 8 bits
 */
export async function loadJudgePyramid(
  load: LoadGraph,
  shape: ModelPyramid,
  eightBits: boolean,
): Promise<PyramidParts> {
  const step = ['correlation', 'context', 'flow', 'match', 'hidden'];
  const [encoder, judge, decoder, rise, mask] = await Promise.all([
    loadEncoder(load, shape),
    load('judge', ['correlation', 'context', 'flow', 'confidence', 'kind'], ['score']),
    load(eightBits ? 'decoder8' : 'decoder', step, ['change', 'next'], true),
    load('rise', ['hidden'], ['mask', 'finer']),
    load('mask', ['hidden'], ['mask']),
  ]);
  return judgePyramid({ encoder, judge, decoder, rise, mask }, shape.strides.length);
}

/** A pyramid network that starts in each cell at the candidate that its judge believes in most. */
function judgePyramid(graphs: JudgeGraphs, levels: number): PyramidParts {
  const { encoder, judge, decoder, rise, mask } = graphs;
  return {
    encoder,
    levels: Array.from({ length: levels }, () => ({ step: decoder, guides: 'match', rise, mask })),
    async start(network, run, initial) {
      const match = await matchPair(network, run, initial);
      const { found, shared, confidence, candidates } = match;
      const chosen = chooseByScore(await scoreCandidates(judge, network, run, match));
      return {
        ...{ level: 0, steps: 0 },
        flow: pick(candidates, chosen),
        logit: noLogit(found),
        guides: { ...joinPlanes([found, shared, confidence]), flows: 2 },
        hidden: run.a.start,
      };
    },
    dispose: () => disposeGraphs([encoder, judge, decoder, rise, mask]),
  };
}

/** What the judge thinks of each candidate. */
async function scoreCandidates(
  graph: Graph,
  { kernels }: PyramidNetwork,
  { a, b, signal }: PyramidRun,
  { candidates, confidence }: PyramidMatch,
): Promise<Float32Array[]> {
  const { height, width } = a.features0;
  const { lookup, volume } = await kernels.lookups.get(a.features0);
  lookup.load(a.features0, b.features0);
  const scores: Float32Array[] = [];
  for (const [index, flow] of candidates.entries()) {
    signal?.throwIfAborted();
    const correlation = volumeMap(lookup.lookup(flow.data, volume));
    const kind = fillPlanes(KINDS[index], height, width);
    const { score } = await graph.run({ correlation, context: a.context0, flow, confidence, kind });
    scores.push(checkScore(score, flow));
  }
  return scores;
}
