import { checkInteger, checkMap, checkScale, checkThreads } from './checks.ts';
import { scaleFactor } from './reference.ts';
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

export interface AllPairsOptions {
  /** `auto` (default) and `simd` are hand-written WebAssembly SIMD; `reference` is the definition. */
  readonly backend?: 'auto' | 'simd' | 'reference';
  /** Threads to share the work; 1 by default, for they take longer to start than most products take. */
  readonly threads?: number;
}

/**
 * All-pairs correlation (Teed and Deng 2020, section 3.2): the dot product of every feature vector of A
 * with every one of B. The maps may differ in height and width, not in channels.
 *
 * @param scale how the products are divided; `sqrt` by default, as RAFT
 * @throws {TypeError | RangeError} for maps that are not whole or differ in channels
 */
export async function correlateAllPairs(
  a: FeatureMap,
  b: FeatureMap,
  scale: CorrelationScale = 'sqrt',
  options: AllPairsOptions = {},
): Promise<AllPairsVolume> {
  const { backend = 'auto', threads = 1 } = options;
  checkMap(a, 'a');
  checkMap(b, 'b', { channels: a.channels });
  checkScale(scale);
  checkThreads(threads);
  checkInteger(a.height * a.width * b.height * b.width, 'the number of scores', 1, 2 ** 29);
  const data = await multiply(a, b, { scale, backend, threads });
  return { heightA: a.height, widthA: a.width, heightB: b.height, widthB: b.width, data };
}

async function multiply(
  a: FeatureMap,
  b: FeatureMap,
  { scale, backend, threads }: { scale: CorrelationScale; backend: string; threads: number },
): Promise<Float32Array> {
  if (backend === 'reference') return allPairsReference(a, b, scale);
  const simd = await import('./simd.ts');
  const reason = await simd.backend.unavailable();
  if (backend === 'auto' && reason) return allPairsReference(a, b, scale);
  return simd.allPairs(a, b, scale, threads);
}

/** The definition, in double precision. */
export function allPairsReference(a: FeatureMap, b: FeatureMap, scale: CorrelationScale): Float32Array {
  const [cellsA, cellsB] = [a.height * a.width, b.height * b.width];
  const factor = scaleFactor(scale, a.channels);
  const out = new Float32Array(cellsA * cellsB);
  for (let i = 0; i < cellsA; i++)
    for (let j = 0; j < cellsB; j++) {
      let sum = 0;
      for (let c = 0; c < a.channels; c++) sum += a.data[c * cellsA + i] * b.data[c * cellsB + j];
      out[i * cellsB + j] = sum * factor;
    }
  return out;
}
