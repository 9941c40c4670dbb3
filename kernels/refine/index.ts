import { KernelError } from '../errors.ts';
import { checkInteger } from '../correlation/index.ts';
import { defaultThreads } from '../wasm/threads.ts';
import { MOST_STAGES } from './layout.ts';
import { checkInput, checkSpec, completeParameters } from './parameters.ts';
import { createRefineEngine } from './simd.ts';
import type { RefineInput, RefineParameters, RefineSpec } from './types.ts';

export { refineReference } from './reference.ts';
export type { RefineInput, RefineParameters, RefineSpec } from './types.ts';

/** Options of `prepareRefinement`. */
export interface PrepareRefinementOptions {
  /** Threads to share the work, 1 to 8; by default up to four where the images are large enough. */
  readonly threads?: number;
}

/**
 * A refinement made ready for one size; it holds about 150 bytes for each pixel of three channels. `dispose` it to end
 * its threads.
 */
export interface PreparedRefinement {
  /**
   * The flow at a lower energy (see `refineReference`, the definition): `height * width * 2` new values. The same
   * input gives the same bytes.
   *
   * @throws RangeError for parameters out of range or input of another size
   */
  run(input: RefineInput, parameters?: RefineParameters): Float32Array;
  /** Memory that it holds until it is disposed of. */
  readonly bytes: number;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Multiply-adds for each pixel and channel, about: what decides whether a second thread pays. */
const EFFORT = 256;

/**
 * Prepares the variational refinement of flow, in WebAssembly SIMD. The result is the same on any number
 * of threads, bit for bit.
 *
 * @throws RangeError for images that need more than 2 GiB of work
 * @throws KernelError where the JavaScript engine has no WebAssembly SIMD
 * @example
 * import { prepareRefinement } from 'whither/kernels';
 *
 * const { channels, height, width } = planesA; // three planes of colour, or one of grey
 * using kernel = await prepareRefinement({ channels, height, width });
 * const start = new Float32Array(2 * height * width);
 * const refined = kernel.run({ a: planesA, b: planesB, flow: start }, { warps: 3 });
 */
export async function prepareRefinement(
  spec: RefineSpec,
  options: PrepareRefinementOptions = {},
): Promise<PreparedRefinement> {
  checkSpec(spec);
  const { channels, height, width } = spec;
  if (options.threads !== undefined) checkInteger(options.threads, 'threads', 1, MOST_STAGES);
  const threads = options.threads ?? defaultThreads(channels * height * width * EFFORT);
  const engine = await createRefineEngine(spec, threads);
  let open = true;
  const dispose = () => {
    if (open) engine.dispose();
    open = false;
  };
  return {
    run(input, parameters = {}) {
      if (!open) throw new KernelError('Expected a refinement in use but received one that was disposed');
      checkInput(spec, input);
      return engine.run(input, completeParameters(parameters));
    },
    bytes: engine.bytes,
    dispose,
    [Symbol.dispose]: dispose,
  };
}
