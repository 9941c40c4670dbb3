import { ShapeError } from '../../core/index.ts';
import type { ModelPyramid } from '../../runtime/index.ts';
import type { Maps, NetworkInput } from '../types.ts';
import { cellsOf } from './engine-network.ts';
import type { FlowNetwork, NetworkEstimate, NetworkOptions } from './engine-network.ts';
import { checkOutputMap } from './graph.ts';
import { preparePyramidKernels } from './pyramid-kernels.ts';
import { runLastLevel, runLevel } from './pyramid-level.ts';
import type { PyramidNetwork, PyramidParts, PyramidRun } from './pyramid-network.ts';
import type { PyramidState } from './pyramid-state.ts';
import type { FeatureMap } from '../../../kernels/types.ts';

/**
 * A network such as `whither-flow`: features of both images at several levels, a global match at the coarsest, and at each
 * level steps on the correlations looked up around the flow so far.
 *
 * @param parts its graphs, and how its steps start
 * @param iterations steps at each level, coarse to fine, where the run does not say
 * @param threads of the kernels between the graphs; defaults to as many as pay where nothing else runs
 */
export function createPyramidNetwork(
  parts: PyramidParts,
  shape: ModelPyramid,
  iterations: readonly number[],
  threads?: number,
): FlowNetwork {
  const pyramid: PyramidNetwork = { parts, shape, kernels: preparePyramidKernels(shape, threads) };
  const planRun = (a: Maps, b: Maps, { iterations: counts = iterations, signal }: NetworkOptions) => ({
    ...{ a, b, counts, signal },
  });
  const disposeKernels = async (): Promise<void> => {
    await Promise.all(Object.values(pyramid.kernels).map((cache) => cache.dispose()));
  };
  return {
    async estimate(a, b, options = {}) {
      const encodingA = await encode(pyramid, a);
      options.signal?.throwIfAborted();
      const run = planRun(encodingA, await encode(pyramid, b), options);
      return finish(pyramid, await parts.start(pyramid, run, options.initial), run);
    },
    inWindows: {
      stride: shape.strides[0],
      encode: (planes) => encodeImage(pyramid, planes),
      async begin(a, b, options) {
        const run = planRun(a, b, options);
        const state = await parts.start(pyramid, run, options.initial);
        if (run.counts.length > 1) await runLevel(pyramid, state, run);
        return state;
      },
      async resume(a, b, state, options) {
        const run = planRun(await encode(pyramid, a), await encode(pyramid, b), options);
        return finish(pyramid, { ...state }, run);
      },
      rest: disposeKernels,
    },
    async dispose() {
      await disposeKernels();
      await parts.dispose();
    },
  };
}

/** All levels that are left. */
async function finish(
  pyramid: PyramidNetwork,
  state: PyramidState,
  run: PyramidRun,
): Promise<NetworkEstimate> {
  const last = run.counts.length - 1;
  while (state.level < last) await runLevel(pyramid, state, run);
  if (state.level !== last)
    throw new ShapeError('Expected at least one level of iterations but received none');
  return { ...(await runLastLevel(pyramid, state, run)), backend: 'simd' };
}

/** Once for each input, however many pairs it is part of. */
const encode = (pyramid: PyramidNetwork, input: NetworkInput): Promise<Maps> =>
  (input.encoding ??= encodeImage(pyramid, input.planes));

/** What the encoder makes of an image; all that is used of it has the size that the model's pyramid says. */
async function encodeImage({ parts, shape }: PyramidNetwork, image: FeatureMap): Promise<Maps> {
  const encoding = await parts.encoder.run({ image });
  shape.strides.forEach((stride, level) => {
    const cells = cellsOf(image, stride);
    checkOutputMap(encoding[`features${level}`], [shape.channels[level], ...cells], `features${level}`);
    checkOutputMap(encoding[`context${level}`], [null, ...cells], `context${level}`);
  });
  checkOutputMap(encoding.start, [null, ...cellsOf(image, shape.strides[0])], 'start');
  return encoding;
}
