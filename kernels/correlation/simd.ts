import * as built from '../built/correlation.ts';
import { writeSizes } from '../wasm/built.ts';
import { createPool } from '../wasm/pool.ts';
import { hasSimd } from '../wasm/support.ts';
import { defaultThreads } from '../wasm/threads.ts';
import { allPairsPitch, planAllPairs, planLocal } from './layout.ts';
import type { Backend, BackendRun } from './backend.ts';
import type { AllPairsSizes, CorrelationLayout, Region } from './layout.ts';
import type { CorrelationSpec } from '../types.ts';

/** WebAssembly with 128-bit vectors (kernels/assembly/network/correlation.ts). */
export const backend: Backend = {
  unavailable: () => Promise.resolve(hasSimd() ? null : 'This JavaScript engine has no WebAssembly SIMD'),
  async prepare(spec, options) {
    const threads = options.threads ?? defaultThreads(multiplyAdds(spec));
    const engine = await createEngine(planLocal(spec, threads), ['localPack', 'localCompute'], threads);
    return {
      run(a, b, out) {
        out.set(engine.run(a, b));
        return Promise.resolve();
      },
      dispose: () => engine.dispose(),
    };
  },
};

/** The product of all pairs of cells, behind the interface of a backend. */
export async function prepareAllPairsSimd(
  sizes: AllPairsSizes,
  wanted: number | undefined,
): Promise<BackendRun> {
  const { channels, cellsA, cellsB } = sizes;
  const threads = wanted ?? defaultThreads(channels * cellsA * cellsB);
  const engine = await createEngine(planAllPairs(sizes, threads), ['pairsPack', 'pairsCompute'], threads);
  const pitch = allPairsPitch(cellsB);
  return {
    run(a, b, out) {
      const rows = engine.run(a, b);
      if (pitch === cellsB) out.set(rows.subarray(0, out.length));
      else for (let i = 0; i < cellsA; i++) out.set(rows.subarray(i * pitch, i * pitch + cellsB), i * cellsB);
      return Promise.resolve();
    },
    dispose: () => engine.dispose(),
  };
}

/** The compiled correlation in a memory of one layout. */
interface Engine {
  /** What it gives lies in memory until the next call. */
  run(a: Float32Array, b: Float32Array): Float32Array;
  dispose(): void;
}

async function createEngine(
  layout: CorrelationLayout,
  [pack, compute]: readonly [string, string],
  threads: number,
): Promise<Engine> {
  const pool = await createPool(built, layout.pages, threads);
  writeSizes(pool.memory, layout.sizes);
  const view = ({ at, length }: Region) => pool.memory.subarray(at / 4, at / 4 + length);
  const [mapA, mapB, out] = [view(layout.a), view(layout.b), view(layout.out)];
  return {
    run(a, b) {
      mapA.set(a);
      mapB.set(b);
      pool.run(pack, layout.packs);
      pool.run(compute, layout.computes);
      return out;
    },
    dispose: () => pool.dispose(),
  };
}

function multiplyAdds({ channels, height, width, radius }: CorrelationSpec): number {
  return channels * height * width * (2 * radius + 1) ** 2;
}
