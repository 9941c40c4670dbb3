import { checkInput, checkSpec, completeParameters } from './parameters.ts';
import { createRefineEngine } from './simd.ts';
import type { RefineInput, RefineParameters, RefineSpec } from './types.ts';

export { refineReference } from './reference.ts';
export type { RefineInput, RefineParameters, RefineSpec } from './types.ts';

/** A refinement made ready for one size; it holds about 130 bytes for each pixel of three channels. */
export interface PreparedRefinement {
  /**
   * The flow at a lower energy (see `refineReference`, the definition): `height * width * 2` new values. The same
   * input gives the same bytes.
   */
  run(input: RefineInput): Float32Array;
}

/**
 * Prepares the variational refinement of flow, in hand-written WebAssembly SIMD on one thread.
 *
 * @throws RangeError for parameters out of range or images of more than 2 GiB of work
 * @throws BackendError where the JavaScript engine has no WebAssembly SIMD
 */
export async function prepareRefinement(
  spec: RefineSpec,
  parameters: RefineParameters = {},
): Promise<PreparedRefinement> {
  checkSpec(spec);
  const all = completeParameters(parameters);
  const engine = await createRefineEngine(spec);
  return {
    run(input) {
      checkInput(spec, input);
      return engine.run(input, all);
    },
  };
}
