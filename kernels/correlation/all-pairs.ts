import { KernelError } from '../errors.ts';
import { checkInteger, checkMap, checkScale, checkThreads, checkValues } from './checks.ts';
import { scaleFactor } from './reference.ts';
import type { BackendRun } from './backend.ts';
import type { CorrelationScale, FeatureMap } from '../types.ts';

/**
 * The scores of every cell of A with every cell of B: that of A's (xA, yA) and B's (xB, yB) is
 * `data[((yA * widthA + xA) * heightB + yB) * widthB + xB]`, so that each cell of A has a map over B.
 */
export interface AllPairsVolume {
  readonly heightA: number;
  readonly widthA: number;
  readonly heightB: number;
  readonly widthB: number;
  /** `heightA * widthA * heightB * widthB` values. */
  readonly data: Float32Array;
}

/** The maps that an all-pairs correlation is prepared for, in cells; they share nothing but their channels. */
export interface AllPairsSpec {
  readonly channels: number;
  readonly heightA: number;
  readonly widthA: number;
  readonly heightB: number;
  readonly widthB: number;
  readonly scale: CorrelationScale;
}

/** Options of `prepareAllPairs`. */
export interface AllPairsOptions {
  /** `auto` (default) and `simd` are WebAssembly SIMD; `reference` is the definition. */
  readonly backend?: 'auto' | 'simd' | 'reference';
  /** Threads to share the work, 1 to 64; by default up to four where the maps are large enough. */
  readonly threads?: number;
}

/** An all-pairs correlation compiled for maps of two sizes; `dispose` it to end its threads. */
export interface PreparedAllPairs {
  readonly backend: 'simd' | 'reference';
  readonly spec: AllPairsSpec;
  /**
   * @param out a volume of the right size to write into; by default a new one
   * @throws {TypeError} where a map or `out` is not of the size prepared for
   */
  run(a: FeatureMap, b: FeatureMap, out?: AllPairsVolume): Promise<AllPairsVolume>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Compiles the all-pairs correlation (Teed and Deng 2020, section 3.2) for two sizes: the dot product of every
 * feature vector of A with every one of B.
 *
 * @throws {TypeError | RangeError} for sizes that make no sense
 * @throws {KernelError} where the backend is absent here
 * @example
 * import { prepareAllPairs } from 'whither/kernels';
 *
 * const spec = { channels: 64, heightA: 30, widthA: 40, heightB: 30, widthB: 40, scale: 'sqrt' } as const;
 * using kernel = await prepareAllPairs(spec);
 * const volume = await kernel.run(mapA, mapB);
 */
export async function prepareAllPairs(
  spec: AllPairsSpec,
  options: AllPairsOptions = {},
): Promise<PreparedAllPairs> {
  const { channels, heightA, widthA, heightB, widthB, scale } = spec;
  for (const [name, size] of Object.entries({ channels, heightA, widthA, heightB, widthB }))
    checkInteger(size, name, 1);
  checkInteger(heightA * widthA * heightB * widthB, 'the number of scores', 1, MOST_SCORES);
  checkScale(scale);
  checkThreads(options.threads);
  const checked = { channels, heightA, widthA, heightB, widthB, scale };
  const backend = await chooseBackend(options.backend ?? 'auto');
  const inner = backend === 'simd' ? await prepareSimd(checked, options.threads) : definition(checked);
  return guard(backend, checked, inner);
}

/** 2 GiB of them. */
const MOST_SCORES = 2 ** 29;

async function chooseBackend(wanted: string): Promise<'simd' | 'reference'> {
  if (wanted === 'reference') return wanted;
  if (wanted !== 'auto' && wanted !== 'simd')
    throw new KernelError(
      `Expected one of auto, simd, reference for backend but received ${JSON.stringify(wanted)}`,
    );
  const reason = await (await import('./simd.ts')).backend.unavailable();
  if (!reason) return 'simd';
  if (wanted === 'auto') return 'reference';
  throw new KernelError(`Expected backend simd to work here but it does not: ${reason}`);
}

async function prepareSimd(spec: AllPairsSpec, threads: number | undefined): Promise<BackendRun> {
  const { channels, heightA, widthA, heightB, widthB, scale } = spec;
  const sizes = { channels, cellsA: heightA * widthA, cellsB: heightB * widthB, scale };
  return (await import('./simd.ts')).prepareAllPairsSimd(sizes, threads);
}

function guard(backend: 'simd' | 'reference', spec: AllPairsSpec, inner: BackendRun): PreparedAllPairs {
  let open = true;
  const dispose = () => {
    if (open) inner.dispose();
    open = false;
  };
  const { channels, heightA, widthA, heightB, widthB } = spec;
  const length = heightA * widthA * heightB * widthB;
  return {
    backend,
    spec,
    async run(a, b, out) {
      if (!open) throw new KernelError('Expected a correlation in use but received one that was disposed');
      checkMap(a, 'a', { channels, height: heightA, width: widthA });
      checkMap(b, 'b', { channels, height: heightB, width: widthB });
      if (out) checkValues(out.data, 'out.data', length, `${heightA * widthA} x ${heightB * widthB}`);
      const data = out?.data ?? new Float32Array(length);
      await inner.run(a.data, b.data, data);
      return out ?? { heightA, widthA, heightB, widthB, data };
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/**
 * All-pairs correlation of two maps, once. For many pairs of one size, {@link prepareAllPairs} saves the
 * compilation, and V8 the time to optimise it.
 *
 * @param scale how the products are divided; `sqrt` by default, as RAFT
 * @throws as {@link prepareAllPairs}
 * @example
 * import { correlateAllPairs } from 'whither/kernels';
 *
 * const { data } = await correlateAllPairs(mapA, mapB, 'sqrt');
 * const score = data[0]; // of cell 0 of A with cell 0 of B
 */
export async function correlateAllPairs(
  a: FeatureMap,
  b: FeatureMap,
  scale: CorrelationScale = 'sqrt',
  options: AllPairsOptions = {},
): Promise<AllPairsVolume> {
  checkMap(a, 'a');
  checkMap(b, 'b', { channels: a.channels });
  const sizes = { heightA: a.height, widthA: a.width, heightB: b.height, widthB: b.width };
  // Threads take longer to start than most single products take.
  const prepared = await prepareAllPairs(
    { channels: a.channels, ...sizes, scale },
    { threads: 1, ...options },
  );
  try {
    return await prepared.run(a, b);
  } finally {
    prepared.dispose();
  }
}

/** The definition, in double precision. */
function definition({ channels, heightA, widthA, heightB, widthB, scale }: AllPairsSpec): BackendRun {
  const [cellsA, cellsB] = [heightA * widthA, heightB * widthB];
  const factor = scaleFactor(scale, channels);
  return {
    run(a, b, out) {
      for (let i = 0; i < cellsA; i++)
        for (let j = 0; j < cellsB; j++) {
          let sum = 0;
          for (let c = 0; c < channels; c++) sum += a[c * cellsA + i] * b[c * cellsB + j];
          out[i * cellsB + j] = sum * factor;
        }
      return Promise.resolve();
    },
    dispose() {
      // Nothing is held.
    },
  };
}
