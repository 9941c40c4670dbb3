import { assemble, createLocals, f32x4 } from '../wasm/code.ts';
import { planLocal } from './simd-local.ts';
import { allPairsPitch, planAllPairs } from './simd-pairs.ts';
import { wasmApi } from '../wasm/api.ts';
import { createEngine } from './simd-engine.ts';
import type { Code } from '../wasm/code.ts';
import type { Backend, BackendRun } from './backend.ts';
import type { AllPairsSizes } from './simd-pairs.ts';
import type { Engine } from './simd-engine.ts';
import type { CorrelationSpec } from '../types.ts';

/** Multiply-adds below which a second thread costs more than it brings: about a millisecond's worth. */
const WORTH_A_THREAD = 2 ** 24;
const MOST_THREADS = 4;

/** WebAssembly with 128-bit vectors, written by hand for the size at hand (see `simd-local.ts`). */
export const backend: Backend = {
  unavailable: () =>
    Promise.resolve(supports(f32x4.zero) ? null : 'This JavaScript engine has no WebAssembly SIMD'),
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

async function defaultThreads(work: number): Promise<number> {
  if (work < WORTH_A_THREAD || typeof process === 'undefined') return 1;
  const { availableParallelism } = await import('node:os');
  return Math.min(MOST_THREADS, availableParallelism());
}

/** Whether multiply and add are one instruction: relaxed SIMD, in Node from version 21 on. */
const hasFused = (): boolean => supports(f32x4.fused(f32x4.zero, f32x4.zero, f32x4.zero));

/** Whether the engine knows the instructions of `code`, which leaves one vector. */
function supports(code: Code): boolean {
  const locals = createLocals(0);
  const vector = locals.vector();
  const body = [...code, 0x21, vector];
  return wasmApi !== undefined && wasmApi.validate(assemble([{ name: 'probe', locals, body }], 1, false));
}
