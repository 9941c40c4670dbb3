import { checkInput, checkSpec, completeParameters } from './parameters.ts';
import { createRefineEngine } from './simd.ts';
import type { RefineInput, RefineParameters, RefineSpec } from './types.ts';

export { refineReference } from './reference.ts';
export type { RefineInput, RefineParameters, RefineSpec } from './types.ts';

/** A refinement made ready for one size; it holds about 150 bytes for each pixel of three channels. */
export interface PreparedRefinement {
  /**
   * The flow at a lower energy (see `refineReference`, the definition): `height * width * 2` new values. The same
   * input gives the same bytes.
   *
   * @throws RangeError for parameters out of range or input of another size
   */
  run(input: RefineInput, parameters?: RefineParameters): Float32Array;
}

/**
 * Prepares the variational refinement of flow, in hand-written WebAssembly SIMD on one thread.
 *
 * @throws RangeError for images that need more than 2 GiB of work
 * @throws BackendError where the JavaScript engine has no WebAssembly SIMD
 */
export async function prepareRefinement(spec: RefineSpec): Promise<PreparedRefinement> {
  checkSpec(spec);
  const engine = await createRefineEngine(spec);
  return {
    run(input, parameters = {}) {
      checkInput(spec, input);
      return engine.run(input, completeParameters(parameters));
    },
  };
}
