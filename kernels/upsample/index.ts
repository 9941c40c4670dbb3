/** Convex upsampling of flow, for networks that predict on a coarse grid. */

import { KernelError } from '../errors.ts';
import { checkInteger, checkThreads, checkValues } from '../correlation/index.ts';
import { defaultThreads } from '../wasm/threads.ts';
import { createUpsampleEngine } from './simd.ts';
import type { UpsampleEngine } from './simd.ts';
import type { UpsampleInput, UpsampleOutput, UpsampleSpec } from './types.ts';

export { upsampleReference } from './reference.ts';
export type { UpsampleInput, UpsampleOutput, UpsampleSpec } from './types.ts';

/** Options of `prepareUpsample`. */
export interface UpsampleOptions {
  /** Threads to share the work, 1 to 64; by default up to four where the grid is large enough. */
  readonly threads?: number;
}

/** An upsampling made ready for one size; `dispose` it to end its threads. */
export interface PreparedUpsample {
  readonly spec: UpsampleSpec;
  /**
   * Memory of the kernel that a mask may be written into: as `input.mask` it is not copied. Absent with several threads,
   * for what they share is not for other code to write into.
   */
  readonly mask?: Float32Array;
  /**
   * Enlarges the flow and the further planes (`upsampleReference` is the definition).
   *
   * @param scale what the flow is multiplied by, such as the pixels in a coarse cell; 1 by default
   * @param out arrays of the right sizes to write into; by default new ones
   * @throws {TypeError} where an array is not of the size prepared for, or the scale is not finite
   */
  run(input: UpsampleInput, scale?: number, out?: UpsampleOutput): UpsampleOutput;
  /** Memory that it holds until it is disposed of. */
  readonly bytes: number;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Prepares convex upsampling (Teed and Deng 2020, section 3.3) in WebAssembly SIMD.
 *
 * @throws {TypeError | RangeError} for a field of `spec` that makes no sense, or a mask that needs more than 2 GiB
 * @throws {KernelError} where the JavaScript engine has no WebAssembly SIMD
 * @example
 * import { prepareUpsample } from 'whither/kernels';
 *
 * using kernel = await prepareUpsample({ height: 30, width: 40, factor: 4 });
 * const mask = new Float32Array(9 * 4 * 4 * 30 * 40);
 * const { flow } = kernel.run({ flow: new Float32Array(2 * 30 * 40), mask });
 */
export async function prepareUpsample(
  spec: UpsampleSpec,
  options: UpsampleOptions = {},
): Promise<PreparedUpsample> {
  const { height, width, factor, extra = 0, logistic = false } = spec;
  for (const [name, size] of Object.entries({ height, width })) checkInteger(size, name, 1);
  checkInteger(factor, 'factor', 1, 16);
  checkInteger(extra, 'extra', 0, 16);
  checkThreads(options.threads);
  const checked = Object.freeze({ height, width, factor, extra, logistic });
  // About sixteen instructions to each of nine exponentials.
  const threads = options.threads ?? defaultThreads(height * width * factor * factor * 9 * 4);
  return guard(checked, await createUpsampleEngine(checked, threads));
}

/** The public door: checks, and the arrays to write into. */
function guard(spec: Required<UpsampleSpec>, engine: UpsampleEngine): PreparedUpsample {
  const { height, width, factor, extra } = spec;
  const [coarse, fine] = [`${height} x ${width}`, `${height * factor} x ${width * factor}`];
  const [coarseCells, fineCells] = [height * width, height * width * factor * factor];
  let open = true;
  const dispose = () => {
    if (open) engine.dispose();
    open = false;
  };
  return {
    spec,
    mask: engine.mask,
    run(
      input,
      scale = 1,
      out = { flow: new Float32Array(2 * fineCells), extra: new Float32Array(extra * fineCells) },
    ) {
      if (!open) throw new KernelError('Expected an upsampling in use but received one that was disposed');
      const masks = 9 * factor * factor;
      checkValues(input.flow, 'flow', 2 * coarseCells, `2 x ${coarse}`);
      checkValues(input.mask, 'mask', masks * coarseCells, `${masks} x ${coarse}`);
      if (extra || input.extra)
        checkValues(input.extra, 'extra', extra * coarseCells, `${extra} x ${coarse}`);
      if (!Number.isFinite(scale))
        throw new TypeError(`Expected a finite number for scale but received ${String(scale)}`);
      checkValues(out.flow, 'out.flow', 2 * fineCells, `2 x ${fine}`);
      checkValues(out.extra, 'out.extra', extra * fineCells, `${extra} x ${fine}`);
      engine.run(input, scale, out);
      return out;
    },
    bytes: engine.bytes,
    dispose,
    [Symbol.dispose]: dispose,
  };
}
