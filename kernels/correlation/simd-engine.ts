/** Runs a plan of the SIMD kernels on one thread or several that share its memory. */

import { createCrew } from '../wasm/crew.ts';
import type { KernelPlan, Region } from './simd-tile.ts';

/** A compiled plan, its memory and its threads. */
export interface Engine {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly out: Float32Array;
  /** Computes `out` from what stands in `a` and `b`. The calling thread works, and waits for the rest. */
  run(): void;
  dispose(): void;
}

export async function createEngine(plan: KernelPlan, threads: number): Promise<Engine> {
  const crew = await createCrew(plan.functions, plan.pages, threads);
  const view = ({ at, length }: Region) => crew.memory.subarray(at / 4, at / 4 + length);
  return {
    a: view(plan.a),
    b: view(plan.b),
    out: view(plan.out),
    run() {
      crew.run('pack', plan.packs);
      crew.run('compute', plan.computes);
    },
    dispose: () => crew.dispose(),
  };
}
