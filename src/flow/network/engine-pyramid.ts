import { prepareLookup } from '../../../kernels/lookup/index.ts';
import { prepareMatch } from '../../../kernels/match/index.ts';
import { averageSquares, resizePlanes } from '../../../kernels/resample/index.ts';
import type { CostVolume, FeatureMap } from '../../../kernels/types.ts';
import { prepareUpsample } from '../../../kernels/upsample/index.ts';
import { ShapeError } from '../../core/index.ts';
import type { Tensor } from '../../core/index.ts';
import { checkFinite, checkOutput, padTensor } from '../../runtime/index.ts';
import type { ModelPyramid, Session } from '../../runtime/index.ts';
import { dominantMotion } from './dominant-motion.ts';
import { cellsOf } from './engine-network.ts';
import type { FlowNetwork, NetworkEstimate, NetworkOptions } from './engine-network.ts';
import { createKernelCache } from './kernel-cache.ts';
import { matchInWindows } from './match-windows.ts';
import { featureMap, mapTensor } from '../field/index.ts';
import { chooseByScore, listCandidates } from './pyramid-start.ts';
import type { ScoredFlow } from './pyramid-start.ts';
import type { PyramidState } from './pyramid-state.ts';
import type { Encoding } from '../types.ts';
import type { NetworkInput } from '../types.ts';

/** The graphs of a pyramid network. */
export interface PyramidSessions {
  /** `image` to `features0`, `context0` and so on, coarse to fine, and `start`, the first hidden state. */
  readonly encoder: Session;
  /** `correlation`, `context`, `flow`, `confidence` (of the match), `kind` (see `KINDS`) to `score`. */
  readonly judge: Session;
  /**
   * `correlation`, `context`, `flow`, `match` (the state's five planes), `hidden` to `change` (u, v, logit of being occluded)
   * and `next`.
   */
  readonly decoder: Session;
  /** `hidden` to `mask`, the weights of the convex upsampling, and `finer`, the hidden state of the next level. */
  readonly rise: Session;
  /** `hidden` to `mask` alone. */
  readonly mask: Session;
}

/** Flow in pixels and the probability of being occluded, on a finer grid than that of the level they come from. */
interface Upsampled {
  readonly height: number;
  readonly width: number;
  readonly flow: Float32Array;
  readonly occlusion: Float32Array;
}

/**
 * The network `whither-flow`: features of both images at several levels, a global match at the coarsest, and at each
 * level steps of one decoder on the correlations looked up around the flow so far.
 *
 * @param iterations steps of the decoder at each level, coarse to fine, where the run does not say
 * @param threads of the kernels between the graphs; defaults to as many as pay where nothing else runs
 */
export function createPyramidNetwork(
  sessions: PyramidSessions,
  pyramid: ModelPyramid,
  iterations: readonly number[],
  threads?: number,
): FlowNetwork {
  const { strides } = pyramid;
  const kernels = prepareKernels(pyramid, threads);
  const encode = (input: NetworkInput): Promise<Encoding> => (input.encoding ??= encodeImage(input.tensor));
  const encodeImage = async (image: Tensor): Promise<Encoding> =>
    checkEncoding(await sessions.encoder.run({ image }), image, pyramid);

  const estimate = async (
    a: NetworkInput,
    b: NetworkInput,
    { iterations: counts = iterations, initial, signal }: NetworkOptions,
  ): Promise<NetworkEstimate> => {
    const encodingA = await encode(a);
    signal?.throwIfAborted();
    const encodingB = await encode(b);
    return finish(await start(encodingA, encodingB, initial, signal), encodingA, encodingB, counts, signal);
  };

  const begin = async (
    a: Encoding,
    b: Encoding,
    { iterations: counts = iterations, initial, signal }: NetworkOptions,
  ): Promise<PyramidState> => {
    const state = await start(a, b, initial, signal);
    if (counts.length > 1)
      descend(state, await pass(state, a, b, counts[0], sessions.rise, signal), strides[1]);
    return state;
  };

  /** All levels that are left. */
  const finish = async (
    state: PyramidState,
    a: Encoding,
    b: Encoding,
    counts: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<NetworkEstimate> => {
    while (state.level < counts.length - 1) {
      const found = await pass(state, a, b, counts[state.level], sessions.rise, signal);
      descend(state, found, strides[state.level + 1]);
    }
    if (state.level !== counts.length - 1)
      throw new ShapeError('Expected at least one level of iterations but received none');
    return estimateOf(await pass(state, a, b, counts[state.level], sessions.mask, signal));
  };

  /** The steps of a level, and what they found on a finer grid. */
  const pass = async (
    state: PyramidState,
    a: Encoding,
    b: Encoding,
    count: number,
    graph: Session,
    signal: AbortSignal | undefined,
  ): Promise<Upsampled & { finer: Tensor }> => {
    const logit = await improve(state, count, a, b, signal);
    const { upsampling, factor, room } = await kernels.upsamplings.get(state.flow);
    const { mask, finer } = await graph.run({ hidden: state.hidden }, room);
    const { height, width } = state.flow;
    checkOutput(mask, [1, 9 * factor * factor, height, width], 'mask');
    if (graph === sessions.rise) checkOutput(finer, [1, null, 2 * height, 2 * width], 'finer');
    const stride = strides[state.level];
    const out = upsampling.run({ flow: state.flow.data, mask: mask.data, extra: logit }, stride);
    checkFinite(out.flow, 'mask');
    return { height: height * factor, width: width * factor, flow: out.flow, occlusion: out.extra, finer };
  };

  /** Where the decoder starts: in each cell at the candidate that the judge believes in most. */
  const start = async (
    encodingA: Encoding,
    encodingB: Encoding,
    initial: FeatureMap | undefined,
    signal: AbortSignal | undefined,
  ): Promise<PyramidState> => {
    const [a, b] = [featureMap(encodingA.features0), featureMap(encodingB.features0)];
    const { height, width } = a;
    const size = { height, width };
    const before = initial && toCells(initial, width, height, strides[0]);
    const match = await matchInWindows(a, b, before, matchWhole);
    const found: FeatureMap = { channels: 2, ...size, data: checkFinite(match.flow, 'features0') };
    const confidence: FeatureMap = { channels: 1, ...size, data: match.confidence };
    const shared = dominantMotion(found, match.confidence);
    const candidates = listCandidates(found, match.confidence, shared, before);
    const { lookup, volume } = await kernels.lookups.get(a);
    lookup.load(a, b);
    const scored: ScoredFlow[] = [];
    for (const { flow, kind } of candidates) {
      signal?.throwIfAborted();
      const { score } = await sessions.judge.run({
        correlation: volumeTensor(lookup.lookup(flow.data, volume)),
        context: encodingA.context0,
        flow: mapTensor(flow),
        confidence: mapTensor(confidence),
        kind: marks(kind, size),
      });
      checkOutput(score, [1, 1, height, width], 'score');
      scored.push({ flow, score: checkFinite(score.data, 'score') });
    }
    return {
      level: 0,
      flow: chooseByScore(scored),
      match: join([found, shared, confidence]),
      hidden: encodingA.start,
    };
  };

  const matchWhole = async (a: FeatureMap, b: FeatureMap) => {
    const { matching } = await kernels.matchings.get(a, b);
    return matching.run(a, b, pyramid.sharpness);
  };

  /** @returns the logit of having no counterpart in B, one plane */
  const improve = async (
    state: PyramidState,
    count: number,
    a: Encoding,
    b: Encoding,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> => {
    const { level } = state;
    let logit: Float32Array = new Float32Array(state.flow.height * state.flow.width);
    const [featuresA, featuresB] = [a, b].map((encoding) => featureMap(encoding[`features${level}`]));
    const { lookup, volume } = await kernels.lookups.get(featuresA);
    const { dims } = state.hidden;
    const rooms = await kernels.states.get(featureMap(state.hidden));
    lookup.load(featuresA, featuresB);
    for (let step = 0; step < count; step++) {
      signal?.throwIfAborted();
      const correlations = lookup.lookup(state.flow.data, volume);
      const { height, width } = correlations;
      const { change, next } = await sessions.decoder.run(
        {
          correlation: volumeTensor(correlations),
          context: a[`context${level}`],
          flow: mapTensor(state.flow),
          match: mapTensor(state.match),
          hidden: state.hidden,
        },
        // What it remembers goes back and forth between two places: one is read while the other is written.
        { next: { dims, data: rooms.hidden[step % 2] } },
      );
      checkOutput(change, [1, 3, height, width], 'change');
      checkFinite(change.data, 'change');
      state.flow = addStep(state.flow, change);
      logit = change.data.subarray(2 * height * width);
      state.hidden = next;
    }
    return logit;
  };

  const forgetKernels = async (): Promise<void> => {
    await Promise.all(Object.values(kernels).map((kept) => kept.dispose()));
  };

  return {
    estimate: (a, b, options = {}) => estimate(a, b, options),
    inWindows: {
      stride: strides[0],
      encode: encodeImage,
      begin,
      resume: async (a, b, state, { iterations: counts = iterations, signal }) =>
        finish({ ...state }, await encode(a), await encode(b), counts, signal),
      rest: forgetKernels,
    },
    async dispose() {
      await forgetKernels();
      await Promise.all(Object.values(sessions).map((session: Session) => session.dispose()));
    },
  };
}

/** What the encoder made of an image, once all that is used of it has the size that the model's pyramid says. */
function checkEncoding(encoding: Encoding, image: Tensor, { strides, channels }: ModelPyramid): Encoding {
  strides.forEach((stride, level) => {
    const cells = cellsOf(image, stride);
    for (const [name, depth] of [
      ['features', channels[level]],
      ['context', null],
    ] as const)
      checkOutput(encoding[`${name}${level}`], [1, depth, ...cells], `${name}${level}`);
  });
  checkOutput(encoding.start, [1, null, ...cellsOf(image, strides[0])], 'start');
  return encoding;
}

/** The kernels that run between the graphs, for each size of maps. */
function prepareKernels({ radius, reaches, factor }: ModelPyramid, threads?: number) {
  return {
    /** Room for what the decoder remembers. */
    states: createKernelCache(({ channels, height, width }) => {
      const hidden = [0, 1].map(() => new Float32Array(channels * height * width));
      const bytes = 2 * hidden[0].byteLength;
      return Promise.resolve({ hidden, bytes, dispose: () => undefined });
    }),
    lookups: createKernelCache(async ({ channels, height, width }) => {
      const lookup = await prepareLookup({ channels, height, width, radius, reaches }, { threads });
      const displacements = reaches.length * (2 * radius + 1) ** 2;
      const volume = lookup.volume ?? {
        ...{ displacements, height, width },
        data: new Float32Array(displacements * height * width),
      };
      const bytes = lookup.bytes + (lookup.volume ? 0 : volume.data.byteLength);
      return { lookup, volume, bytes, dispose: () => lookup.dispose() };
    }),
    matchings: createKernelCache(async ({ channels, height, width }: FeatureMap, b: FeatureMap) => {
      const size = { heightA: height, widthA: width, heightB: b.height, widthB: b.width };
      const matching = await prepareMatch({ channels, ...size }, { threads });
      return { matching, bytes: matching.bytes, dispose: () => matching.dispose() };
    }),
    upsamplings: createKernelCache(async ({ height, width }) => {
      const spec = { height, width, factor, extra: 1, logistic: true };
      const upsampling = await prepareUpsample(spec, { threads });
      const mask = { dims: [1, 9 * factor * factor, height, width], data: upsampling.mask! };
      const room = upsampling.mask && { mask };
      return { upsampling, factor, room, bytes: upsampling.bytes, dispose: () => upsampling.dispose() };
    }),
  };
}

/** Flow in pixels of an image, which may lack the padding, to flow in cells of `stride` pixels. */
function toCells(flow: FeatureMap, columns: number, rows: number, stride: number): FeatureMap {
  const { channels, data } = flow;
  const padded = padTensor({ dims: [1, channels, flow.height, flow.width], data }, stride);
  const full = { channels, height: rows * stride, width: columns * stride, data: padded.data };
  const cells = averageSquares(full, stride);
  return { ...cells, data: cells.data.map((pixels) => pixels / stride) };
}

/** The flow and the first two planes of what the decoder changes. */
function addStep(flow: FeatureMap, change: Tensor): FeatureMap {
  const data = new Float32Array(flow.data.length);
  for (let i = 0; i < data.length; i++) data[i] = flow.data[i] + change.data[i];
  return { ...flow, data };
}

/** To the level of `stride`, half that of the one before. */
function descend(
  state: PyramidState,
  { flow, finer, ...size }: Upsampled & { finer: Tensor },
  stride: number,
): void {
  const [, , height, width] = finer.dims;
  const cells = averageSquares({ channels: 2, ...size, data: flow }, size.width / width);
  for (let i = 0; i < cells.data.length; i++) cells.data[i] /= stride;
  state.level++;
  state.flow = cells;
  state.match = toFinerCells(state.match, width, height);
  state.hidden = finer;
}

/** Both flows of the match on a grid twice as fine, in its cells, and the confidence. */
function toFinerCells(match: FeatureMap, width: number, height: number): FeatureMap {
  const finer = resizePlanes(match, width, height);
  for (let i = 0; i < 4 * height * width; i++) finer.data[i] *= 2;
  return finer;
}

/** All planes of maps of one size. */
function join(maps: readonly FeatureMap[]): FeatureMap {
  const { height, width } = maps[0];
  const channels = maps.reduce((sum, map) => sum + map.channels, 0);
  const data = new Float32Array(channels * height * width);
  let offset = 0;
  for (const map of maps) {
    data.set(map.data, offset);
    offset += map.data.length;
  }
  return { channels, height, width, data };
}

function estimateOf({ height, width, flow, occlusion }: Upsampled): NetworkEstimate {
  return {
    flow: { dims: [1, 2, height, width], data: flow },
    occlusion: { dims: [1, 1, height, width], data: occlusion },
    backend: 'simd',
  };
}

/** Planes of one value each. */
function marks(values: readonly number[], { height, width }: { height: number; width: number }): Tensor {
  const data = new Float32Array(values.length * height * width);
  for (const [plane, value] of values.entries())
    data.fill(value, plane * height * width, (plane + 1) * height * width);
  return { dims: [1, values.length, height, width], data };
}

function volumeTensor({ displacements, height, width, data }: CostVolume): Tensor {
  return { dims: [1, displacements, height, width], data };
}
