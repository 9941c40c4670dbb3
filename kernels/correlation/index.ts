/** Correlation of feature maps: one meaning (`reference.ts`), several ways to compute it. */

import { KernelError } from '../errors.ts';
import { checkMap, checkOut, checkSpec, checkThreads } from './checks.ts';
import type { Backend, BackendRun } from './backend.ts';
import type { CorrelationScale, CorrelationSpec, CostVolume, FeatureMap } from '../types.ts';

export { correlateAllPairs, prepareAllPairs } from './all-pairs.ts';
export type { AllPairsOptions, AllPairsSpec, AllPairsVolume, PreparedAllPairs } from './all-pairs.ts';

/**
 * What may compute a correlation.
 *
 * - `auto`: the fastest of the others that works on this machine
 * - `reference`: the definition; slow, for tests
 * - `loop`: plain JavaScript
 * - `simd`: WebAssembly SIMD, written in AssemblyScript, on several threads where that helps
 * - `gpu-webgpu`, `gpu-headlessgl`, `gpu-webasm`, `gpu-cpu`: the gpu.js kernel in that mode
 */
export type CorrelationBackend =
  'auto' | 'reference' | 'loop' | 'simd' | 'gpu-webgpu' | 'gpu-headlessgl' | 'gpu-webasm' | 'gpu-cpu';

/** A backend that computes: any but `auto`, which only chooses. */
export type ComputeBackend = Exclude<CorrelationBackend, 'auto'>;

/** In order of preference, as `bench/kernels/correlation.ts` found it; the definition is never preferred. */
const BACKENDS: Readonly<Record<ComputeBackend, () => Promise<Backend>>> = {
  simd: async () => (await import('./simd.ts')).backend,
  'gpu-webgpu': async () => (await import('./gpu.ts')).createGpuBackend('webgpu'),
  'gpu-headlessgl': async () => (await import('./gpu.ts')).createGpuBackend('headlessgl'),
  loop: async () => (await import('./loop.ts')).backend,
  'gpu-webasm': async () => (await import('./gpu.ts')).createGpuBackend('webasm'),
  'gpu-cpu': async () => (await import('./gpu.ts')).createGpuBackend('cpu'),
  reference: async () => (await import('./reference.ts')).backend,
};

/** The names of all backends that compute, in order of preference. */
export const correlationBackends = Object.keys(BACKENDS) as readonly ComputeBackend[];

/** How to prepare a correlation. */
export interface CorrelationOptions {
  /**
   * Threads to share the work, 1 to 64, for backends that can (`simd`, `gpu-webasm`). By default the
   * backend takes up to four where the maps are large enough.
   */
  readonly threads?: number;
}

/** A correlation compiled for maps of one size; `dispose` it to end its threads and free its memory. */
export interface PreparedCorrelation {
  readonly backend: ComputeBackend;
  readonly spec: CorrelationSpec;
  /**
   * Correlates two maps of the size prepared for.
   *
   * @param out a volume of the right size to write into; by default a new one
   * @returns `out`, or the new volume: `(2 * radius + 1) ** 2` scores a cell, dy slow, dx fast
   * @throws {TypeError} where a map or `out` is not of that size or not of 32-bit floats
   */
  run(a: FeatureMap, b: FeatureMap, out?: CostVolume): Promise<CostVolume>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * `null` where the backend works on this machine, otherwise a sentence that says what is missing.
 *
 * @example
 * import { correlationUnavailable } from 'whither/kernels';
 *
 * const reason = await correlationUnavailable('gpu-webgpu');
 * if (reason) console.log(reason);
 */
export async function correlationUnavailable(backend: ComputeBackend): Promise<string | null> {
  return (await loadBackend(backend)).unavailable();
}

/**
 * Compiles the local correlation for one size of maps (Dosovitskiy et al. 2015, section 3).
 *
 * @param backend `auto` takes the first that works; any other is used or refused, never replaced
 * @throws {TypeError | RangeError} for a field of `spec` that makes no sense
 * @throws {KernelError} where the backend is unknown, absent here, or unfit for the size
 * @example
 * import { prepareCorrelation } from 'whither/kernels';
 *
 * const spec = { channels: 64, height: 30, width: 40, radius: 4, step: 1, scale: 'mean' } as const;
 * using kernel = await prepareCorrelation(spec, 'simd', { threads: 2 });
 * const volume = await kernel.run(mapA, mapB);
 */
export async function prepareCorrelation(
  spec: CorrelationSpec,
  backend: CorrelationBackend = 'auto',
  options: CorrelationOptions = {},
): Promise<PreparedCorrelation> {
  const checked = checkSpec(spec);
  checkThreads(options.threads);
  if (backend !== 'auto') return prepareWith(backend, checked, options);
  const reasons: string[] = [];
  for (const name of correlationBackends)
    try {
      return await prepareWith(name, checked, options);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      reasons.push(error.message);
    }
  throw new KernelError(
    `Expected a correlation backend that works here but found none: ${reasons.join('; ')}`,
  );
}

async function loadBackend(name: ComputeBackend): Promise<Backend> {
  if (!Object.hasOwn(BACKENDS, name))
    throw new KernelError(
      `Expected one of auto, ${correlationBackends.join(', ')} for backend but received ${JSON.stringify(name)}`,
    );
  return BACKENDS[name]();
}

async function prepareWith(
  name: ComputeBackend,
  spec: CorrelationSpec,
  options: CorrelationOptions,
): Promise<PreparedCorrelation> {
  const backend = await loadBackend(name);
  const reason = await backend.unavailable();
  if (reason) throw new KernelError(`Expected backend ${name} to work here but it does not: ${reason}`);
  return guard(name, spec, await backend.prepare(spec, options));
}

/** The public door of a prepared correlation: checks, and the volume to write into. */
function guard(name: ComputeBackend, spec: CorrelationSpec, inner: BackendRun): PreparedCorrelation {
  let open = true;
  const dispose = () => {
    if (open) inner.dispose();
    open = false;
  };
  return {
    backend: name,
    spec,
    async run(a, b, out = createVolume(spec)) {
      if (!open) throw new KernelError('Expected a correlation in use but received one that was disposed');
      checkMap(a, 'a', spec);
      checkMap(b, 'b', spec);
      checkOut(out, spec);
      await inner.run(a.data, b.data, out.data);
      return out;
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

function createVolume({ radius, height, width }: CorrelationSpec): CostVolume {
  const displacements = (2 * radius + 1) ** 2;
  return { displacements, height, width, data: new Float32Array(displacements * height * width) };
}

/** What to correlate with, and how. */
export interface CorrelateOptions extends CorrelationOptions {
  /** Displacements to each side, in steps. */
  readonly radius: number;
  /** Cells between neighbouring displacements; 1 by default. */
  readonly step?: number;
  /** `mean` by default, as FlowNet. */
  readonly scale?: CorrelationScale;
  readonly backend?: CorrelationBackend;
}

/**
 * Correlates two maps once. For many pairs of one size, {@link prepareCorrelation} saves the compilation.
 *
 * @throws as {@link prepareCorrelation} and {@link PreparedCorrelation.run}
 * @example
 * import { correlate } from 'whither/kernels';
 *
 * const { displacements, data } = await correlate(mapA, mapB, { radius: 4, scale: 'mean' }); // 81 displacements
 */
export async function correlate(
  a: FeatureMap,
  b: FeatureMap,
  options: CorrelateOptions,
): Promise<CostVolume> {
  const { radius, step = 1, scale = 'mean', backend, ...rest } = options;
  const { channels, height, width } = a;
  const prepared = await prepareCorrelation(
    { channels, height, width, radius, step, scale },
    backend,
    // Threads take longer to start than most single pairs take to compute.
    { threads: 1, ...rest },
  );
  try {
    return await prepared.run(a, b);
  } finally {
    prepared.dispose();
  }
}
export { checkInteger, checkMap, checkScale, checkThreads, checkValues, checkVolume } from './checks.ts';
export { scaleFactor } from './reference.ts';
