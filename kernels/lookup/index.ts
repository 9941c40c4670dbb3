/** Correlation looked up around a flow, for networks that refine it again and again. */

import { KernelError } from '../errors.ts';
import {
  checkInteger,
  checkMap,
  checkScale,
  checkThreads,
  checkValues,
  checkVolume,
} from '../correlation/index.ts';
import { defaultThreads } from '../wasm/threads.ts';
import { createLookupEngine } from './simd.ts';
import type { CostVolume, FeatureMap } from '../types.ts';
import type { LookupEngine } from './simd.ts';
import type { LookupSpec } from './types.ts';

export { lookupReference } from './reference.ts';
export type { LookupSpec } from './types.ts';

/** Options of `prepareLookup`. */
export interface LookupOptions {
  /** Threads to share the work, 1 to 64; by default up to four where the maps are large enough. */
  readonly threads?: number;
}

/** A lookup made ready for maps of one size; `dispose` it to end its threads. */
export interface PreparedLookup {
  readonly spec: LookupSpec;
  /**
   * The memory that scores are computed in: as `out` it spares a copy, and it holds them until the next lookup. Absent
   * with several threads, whose memory is not for all code to read, and where rows are no multiple of four cells.
   */
  readonly volume?: CostVolume;
  /**
   * Takes both maps in, for any number of lookups between them.
   *
   * @throws {TypeError} where a map is not of the size prepared for
   */
  load(a: FeatureMap, b: FeatureMap): void;
  /**
   * The scores around where the flow points (`lookupReference` is the definition), of the maps that were loaded last.
   *
   * @param flow from A to B, in cells: `height * width` values of u, then as many of v. May point anywhere; where it is
   *   not finite the scores are 0
   * @param out a volume of the right size to write into; by default a new one
   * @throws {TypeError} where the flow or `out` is not of that size
   * @throws {KernelError} where nothing was loaded
   */
  lookup(flow: Float32Array, out?: CostVolume): CostVolume;
  /** Both at once. */
  run(a: FeatureMap, b: FeatureMap, flow: Float32Array, out?: CostVolume): CostVolume;
  /** Memory that it holds until it is disposed of. */
  readonly bytes: number;
  dispose(): void;
  [Symbol.dispose](): void;
}

const MOST_RADIUS = 16;
const MOST_REACH = 16;

/**
 * Prepares the lookup of correlations around a flow (Teed and Deng 2020, section 3.2) in
 * WebAssembly SIMD. It computes the scores that are asked for and no others, so that memory grows with the cells and
 * not with their square.
 *
 * @throws {TypeError | RangeError} for a field of `spec` that makes no sense, or maps that need more than 2 GiB of work
 * @throws {KernelError} where the JavaScript engine has no WebAssembly SIMD
 * @example
 * import { prepareLookup } from 'whither/kernels';
 *
 * const { channels, height, width } = mapA;
 * using kernel = await prepareLookup({ channels, height, width, radius: 3 });
 * kernel.load(mapA, mapB);
 * const { data } = kernel.lookup(new Float32Array(2 * height * width));
 */
export async function prepareLookup(spec: LookupSpec, options: LookupOptions = {}): Promise<PreparedLookup> {
  const { channels, height, width, radius, scale = 'none', reaches = [1] } = spec;
  for (const [name, size] of Object.entries({ channels, height, width })) checkInteger(size, name, 1);
  checkInteger(radius, 'radius', 0, MOST_RADIUS);
  reaches.forEach((reach, i) => checkInteger(reach, `reaches[${i}]`, 1, MOST_REACH));
  checkScale(scale);
  checkThreads(options.threads);
  const checked = Object.freeze({ channels, height, width, radius, scale, reaches });
  const products = channels * height * width * reaches.length * (2 * radius + 2) ** 2;
  const threads = options.threads ?? defaultThreads(products);
  return guard(checked, await createLookupEngine(checked, threads));
}

/** The public door: checks, and the volume to write into. */
function guard(spec: Required<LookupSpec>, engine: LookupEngine): PreparedLookup {
  const { height, width } = spec;
  const displacements = countDisplacements(spec);
  let state: 'empty' | 'loaded' | 'disposed' = 'empty';
  const checkState = (needed: boolean) => {
    if (state === 'disposed')
      throw new KernelError('Expected a lookup in use but received one that was disposed');
    if (needed && state === 'empty')
      throw new KernelError('Expected maps to look up in but received none: call load first');
  };
  const load = (a: FeatureMap, b: FeatureMap) => {
    checkState(false);
    checkMap(a, 'a', spec);
    checkMap(b, 'b', spec);
    engine.load(a.data, b.data);
    state = 'loaded';
  };
  const lookup = (flow: Float32Array, out: CostVolume = createVolume(spec)) => {
    checkState(true);
    checkValues(flow, 'flow', 2 * height * width, `2 x ${height} x ${width}`);
    checkVolume(out, { displacements, height, width });
    engine.lookup(flow, out.data);
    return out;
  };
  const dispose = () => {
    if (state !== 'disposed') engine.dispose();
    state = 'disposed';
  };
  return {
    spec,
    volume: engine.volume && { displacements, height, width, data: engine.volume },
    load,
    lookup,
    run(a, b, flow, out) {
      load(a, b);
      return lookup(flow, out);
    },
    bytes: engine.bytes,
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** Scores of a cell. */
const countDisplacements = ({ radius, reaches = [1] }: LookupSpec): number =>
  reaches.length * (2 * radius + 1) ** 2;

function createVolume(spec: LookupSpec): CostVolume {
  const { height, width } = spec;
  const displacements = countDisplacements(spec);
  return { displacements, height, width, data: new Float32Array(displacements * height * width) };
}
