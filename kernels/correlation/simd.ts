import { planLocal } from './simd-local.ts';
import { allPairsPitch, planAllPairs } from './simd-pairs.ts';
import { hasFused, hasSimd } from '../wasm/support.ts';
import { defaultThreads } from '../wasm/threads.ts';
import { createEngine } from './simd-engine.ts';
import type { Backend, BackendRun } from './backend.ts';
import type { AllPairsSizes } from './simd-pairs.ts';
import type { Engine } from './simd-engine.ts';
import type { CorrelationSpec } from '../types.ts';

/** WebAssembly with 128-bit vectors, written by hand for the size at hand (see `simd-local.ts`). */
export const backend: Backend = {
  unavailable: () => Promise.resolve(hasSimd() ? null : 'This JavaScript engine has no WebAssembly SIMD'),
  async prepare(spec, options) {
    const threads = options.threads ?? (await defaultThreads(multiplyAdds(spec)));
    const engine = await createEngine(planLocal(spec, { threads, fused: hasFused() }), threads);
    return {
      run(a, b, out) {
        runEngine(engine, a, b);
        out.set(engine.out);
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
  const threads = wanted ?? (await defaultThreads(channels * cellsA * cellsB));
  const engine = await createEngine(planAllPairs(sizes, { threads, fused: hasFused() }), threads);
  const pitch = allPairsPitch(cellsB);
  return {
    run(a, b, out) {
      runEngine(engine, a, b);
      if (pitch === cellsB) out.set(engine.out.subarray(0, out.length));
      else
        for (let i = 0; i < cellsA; i++)
          out.set(engine.out.subarray(i * pitch, i * pitch + cellsB), i * cellsB);
      return Promise.resolve();
    },
    dispose: () => engine.dispose(),
  };
}

function runEngine(engine: Engine, a: Float32Array, b: Float32Array): void {
  engine.a.set(a);
  engine.b.set(b);
  engine.run();
}

function multiplyAdds({ channels, height, width, radius }: CorrelationSpec): number {
  return channels * height * width * (2 * radius + 1) ** 2;
}
