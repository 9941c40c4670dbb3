/** Runs the SIMD refinement: what comes in and out, and the phases of the work. */

import * as built from '../built/refine.ts';
import { writeSizes } from '../wasm/built.ts';
import { createPool } from '../wasm/pool.ts';
import type { Pool, Kernel } from '../wasm/pool.ts';
import type { FeatureMap } from '../types.ts';
import { MARGIN, MOST_STAGES, PARAMETERS, STAGES, planLayout } from './layout.ts';
import type { Sizes } from './layout.ts';
import { flatness, smoothingShare } from './parameters.ts';
import type { AllParameters } from './parameters.ts';
import type { RefineInput, RefineSpec } from './types.ts';

/** Rows that `linearize` does at a time. */
const BAND = 32;

interface Engine extends Sizes {
  readonly sizes: Sizes;
  readonly pool: Pool;
  readonly kernel: Kernel;
  /** All of the memory, as floats. */
  readonly memory: Float32Array;
}

/** A refinement for one size. */
export interface RefineEngine {
  run(input: RefineInput, parameters: AllParameters): Float32Array;
  /** Of its memory. */
  readonly bytes: number;
  dispose(): void;
}

/** @throws KernelError without WebAssembly SIMD, RangeError where the images are too large for its memory */
export async function createRefineEngine(spec: RefineSpec, threads: number): Promise<RefineEngine> {
  const { sizes, pages } = planLayout(spec, threads);
  const pool = await createPool(built, pages, threads);
  const engine = { ...sizes, sizes, pool, kernel: pool.kernel, memory: pool.memory };
  return {
    run: (input, parameters) => refine(engine, input, parameters),
    bytes: pool.memory.byteLength,
    dispose: () => pool.dispose(),
  };
}

function refine(engine: Engine, input: RefineInput, parameters: AllParameters): Float32Array {
  writeWork(engine, parameters);
  writeImages(engine, input);
  writeFlow(engine, input.flow);
  writeConfidence(engine, input.confidence);
  for (let i = 0; i < parameters.warps; i++) {
    repeatEdges(engine);
    engine.pool.run('linearize', Math.ceil(engine.height / BAND));
    solve(engine, parameters);
  }
  return readFlow(engine);
}

/** In the order of the classes `Sizes` and `Parameters` in kernels/assembly/refine/layout.ts. */
function writeWork({ memory, sizes, channels, height }: Engine, parameters: AllParameters): void {
  const steps = 2 * parameters.sweeps;
  writeSizes(memory, { ...sizes, steps, fronts: height + parameters.iterations * steps });
  const { alpha, edges, delta, gamma, epsilon, omega, sigma, span } = parameters;
  const share = smoothingShare(sigma);
  const flat = flatness(span);
  memory.set(
    [
      ...[share, 1 - 2 * share, alpha / 2, delta / 2, gamma / 2, epsilon * epsilon, omega, 1 - omega],
      ...[4 * flat, 16 * flat, edges / (2 * Math.sqrt(channels) * span)],
    ],
    PARAMETERS / 4,
  );
}

function writeImages(engine: Engine, { a, b }: RefineInput): void {
  writeRaw(engine, a);
  engine.pool.run('smoothRowA', engine.height);
  engine.pool.run('weighRow', engine.height);
  writeRaw(engine, b);
  engine.pool.run('smoothRowB', engine.height);
}

/** Rows of all planes with their edge repeated once on either side. */
function writeRaw({ memory, raw, rawStride }: Engine, { channels, height, width, data }: FeatureMap): void {
  for (let row = 0; row < channels * height; row++) {
    const at = (raw + row * rawStride + MARGIN) / 4;
    memory.set(data.subarray(row * width, (row + 1) * width), at);
    memory[at - 1] = memory[at];
    memory[at + width] = memory[at + width - 1];
  }
}

/** The place of u in the record of a row, -1 to height. */
const recordOf = ({ records, recordStride }: Engine, y: number): number =>
  records + (y + 1) * recordStride + MARGIN;

/** By way of the place of the raw images; the columns to spare become 0, whatever an earlier run has left there. */
function writeFlow(engine: Engine, flow: Float32Array): void {
  const { kernel, memory, height, width, groups, raw } = engine;
  const at = raw / 4;
  memory.fill(0, at + 2 * width, at + 16 * groups);
  for (let y = 0; y < height; y++) {
    memory.set(flow.subarray(y * width * 2, (y + 1) * width * 2), at);
    kernel.split(raw, recordOf(engine, y));
  }
}

/** The flow once more on either side of each row: it has no gradient there. */
function repeatEdges(engine: Engine): void {
  const { memory, height, width, half } = engine;
  const place = (x: number) => ((x & 1) * half) / 4 + (x >> 1);
  for (let y = 0; y < height; y++)
    for (const field of [0, 2 * half]) {
      const at = (recordOf(engine, y) + field) / 4;
      memory[at + place(-1)] = memory[at];
      memory[at + place(width)] = memory[at + place(width - 1)];
    }
}

function readFlow(engine: Engine): Float32Array {
  const { kernel, memory, height, width, raw } = engine;
  const flow = new Float32Array(height * width * 2);
  for (let y = 0; y < height; y++) {
    kernel.join(recordOf(engine, y), raw);
    flow.set(memory.subarray(raw / 4, raw / 4 + width * 2), y * width * 2);
  }
  return flow;
}

/** By way of the place of the raw images, as the flow. */
function writeConfidence(engine: Engine, values?: Float32Array): void {
  const { kernel, memory, height, width, groups, half, raw, confidence } = engine;
  if (!values) {
    memory.fill(1, confidence / 4, (confidence + height * 2 * half) / 4);
    return;
  }
  const at = raw / 4;
  memory.fill(0, at + width, at + 8 * groups);
  for (let y = 0; y < height; y++) {
    memory.set(values.subarray(y * width, (y + 1) * width), at);
    kernel.part(raw, confidence + y * 2 * half);
  }
}

/** Shares of the time, as measured: preparing a row against one half sweep of it. */
const PREPARATION = 8;

/**
 * All iterations in one pass over the image. Half a sweep of a row needs no more than the rows beside it from
 * the half before, so it follows that one row behind, and the next iteration follows the last half sweep. What
 * is worked on at a time stays in the cache. The operations that follow one another so are cut into stages, one for
 * each thread, of which each waits for the one before; the result is that of one sweep after the other, bit for bit.
 */
function solve({ pool, memory }: Engine, { iterations, sweeps }: AllParameters): void {
  const steps = 2 * sweeps;
  const operations = iterations * (steps + 1);
  const stages = Math.min(pool.threads, MOST_STAGES);
  const ends = cutStages(operations, steps, stages);
  const integers = new Int32Array(memory.buffer);
  ends.forEach((end, stage) =>
    integers.set([0, ends[stage - 1] ?? 0, end], (STAGES.at + stage * STAGES.stride) / 4),
  );
  pool.run('solveStage', stages);
}

/** Where each stage ends, so that all take about the same time. */
function cutStages(operations: number, steps: number, stages: number): number[] {
  const cost = (operation: number) => (operation % (steps + 1) ? 1 : PREPARATION);
  let total = 0;
  for (let i = 0; i < operations; i++) total += cost(i);
  const ends: number[] = [];
  for (let i = 0, sum = 0; i < operations; i++) {
    sum += cost(i);
    while (ends.length < stages - 1 && sum >= (total * (ends.length + 1)) / stages) ends.push(i + 1);
  }
  return [...ends, operations];
}
