/** Global matching of two feature maps, with a confidence. */

import { KernelError } from '../errors.ts';
import { checkInteger, checkMap, checkThreads, checkValues } from '../correlation/index.ts';
import { defaultThreads } from '../wasm/threads.ts';
import { createMatchEngine } from './simd.ts';
import type { FeatureMap } from '../types.ts';
import type { MatchEngine } from './simd.ts';
import type { MatchResult, MatchSpec } from './types.ts';

export { matchReference } from './reference.ts';
export type { MatchResult, MatchSpec } from './types.ts';

/** Options of `prepareMatch`. */
export interface PrepareMatchOptions {
  /** Threads to share the work, 1 to 64; by default up to four where the maps are large enough. */
  readonly threads?: number;
}

/** A matching made ready for maps of two sizes; `dispose` it to end its threads. */
export interface PreparedMatch {
  readonly spec: MatchSpec;
  /**
   * Matches every cell of A (`matchReference` is the definition).
   *
   * @param sharpness what the dot products are multiplied by before the softmax (one over its temperature), above 0
   * @param out arrays of the right sizes to write into; by default new ones
   * @throws {TypeError | RangeError} where a map or `out` is not of the size prepared for, or the sharpness makes no
   *   sense
   */
  run(a: FeatureMap, b: FeatureMap, sharpness: number, out?: MatchResult): MatchResult;
  /** Memory that it holds until it is disposed of. */
  readonly bytes: number;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Cells are counted in 32-bit floats. */
const MOST_CELLS = 2 ** 24;

/**
 * Prepares global matching in WebAssembly SIMD. The time grows with the product of the cells of both
 * maps, the memory only with their sum.
 *
 * @throws {TypeError | RangeError} for a field of `spec` that makes no sense, or maps that need more than 2 GiB of work
 * @throws {KernelError} where the JavaScript engine has no WebAssembly SIMD
 * @example
 * import { prepareMatch } from 'whither/kernels';
 *
 * using kernel = await prepareMatch({ channels: 64, heightA: 30, widthA: 40, heightB: 30, widthB: 40 });
 * const { flow, confidence } = kernel.run(mapA, mapB, 0.1);
 */
export async function prepareMatch(
  spec: MatchSpec,
  options: PrepareMatchOptions = {},
): Promise<PreparedMatch> {
  const { channels, heightA, widthA, heightB, widthB } = spec;
  for (const [name, size] of Object.entries({ channels, heightA, widthA, heightB, widthB }))
    checkInteger(size, name, 1);
  checkInteger(heightA * widthA, 'the number of cells of A', 1, MOST_CELLS);
  checkInteger(heightB * widthB, 'the number of cells of B', 1, MOST_CELLS);
  checkThreads(options.threads);
  const checked = Object.freeze({ channels, heightA, widthA, heightB, widthB });
  const products = channels * heightA * widthA * heightB * widthB;
  const threads = options.threads ?? defaultThreads(products);
  return guard(checked, await createMatchEngine(checked, threads));
}

/** The public door: checks, and the arrays to write into. */
function guard(spec: MatchSpec, engine: MatchEngine): PreparedMatch {
  const { channels, heightA, widthA, heightB, widthB } = spec;
  const cells = heightA * widthA;
  let open = true;
  const dispose = () => {
    if (open) engine.dispose();
    open = false;
  };
  return {
    spec,
    run(a, b, sharpness, out = { flow: new Float32Array(2 * cells), confidence: new Float32Array(cells) }) {
      if (!open) throw new KernelError('Expected a matching in use but received one that was disposed');
      checkMap(a, 'a', { channels, height: heightA, width: widthA });
      checkMap(b, 'b', { channels, height: heightB, width: widthB });
      checkSharpness(sharpness);
      checkValues(out.flow, 'out.flow', 2 * cells, `2 x ${heightA} x ${widthA}`);
      checkValues(out.confidence, 'out.confidence', cells, `${heightA} x ${widthA}`);
      engine.run(a, b, sharpness, out);
      return out;
    },
    bytes: engine.bytes,
    dispose,
    [Symbol.dispose]: dispose,
  };
}

function checkSharpness(value: unknown): void {
  if (typeof value !== 'number' || !(value > 0 && value <= 1e6))
    throw new RangeError(
      `Expected a number above 0 and up to 1e6 for sharpness but received ${String(value)}`,
    );
}

/** How to match. */
export interface MatchGloballyOptions extends PrepareMatchOptions {
  /** What the dot products are multiplied by before the softmax (one over its temperature), above 0. */
  readonly sharpness: number;
}

/**
 * Matches two maps once. For many pairs of one size, {@link prepareMatch} saves the compilation.
 *
 * @throws as {@link prepareMatch} and {@link PreparedMatch.run}
 * @example
 * import { matchGlobally } from 'whither/kernels';
 *
 * const { flow, confidence } = await matchGlobally(mapA, mapB, { sharpness: 0.1 });
 */
export async function matchGlobally(
  a: FeatureMap,
  b: FeatureMap,
  { sharpness, ...options }: MatchGloballyOptions,
): Promise<MatchResult> {
  checkMap(a, 'a');
  checkMap(b, 'b', { channels: a.channels });
  const sizes = { heightA: a.height, widthA: a.width, heightB: b.height, widthB: b.width };
  // Threads take longer to start than most single pairs take to match.
  using prepared = await prepareMatch({ channels: a.channels, ...sizes }, { threads: 1, ...options });
  return prepared.run(a, b, sharpness);
}
