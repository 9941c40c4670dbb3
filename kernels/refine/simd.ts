/** Runs the SIMD refinement: which row of what, and when. */

import { BackendError } from '../errors.ts';
import { wasmApi } from '../wasm/api.ts';
import { assemble } from '../wasm/code.ts';
import type { FeatureMap } from '../types.ts';
import { join, smoothA, smoothB, split, tensor, warp } from './image-code.ts';
import { FIELD, MARGIN, RING_ROWS, SCALARS, planLayout } from './layout.ts';
import type { Layout } from './layout.ts';
import { flatness, smoothingShare } from './parameters.ts';
import type { AllParameters } from './parameters.ts';
import { diffuse, equations, relax } from './solve-code.ts';
import type { RefineInput, RefineSpec } from './types.ts';

/** The functions of the module; every argument is a place in its memory or the number of a row. */
interface Kernel {
  smoothA(above: number, middle: number, below: number, out: number): void;
  smoothB(above: number, middle: number, below: number, out: number): void;
  split(flow: number, record: number): void;
  join(record: number, flow: number): void;
  warp(record: number, a: number, slot: number, confidence: number, y: number): void;
  tensor(
    above2: number,
    above: number,
    middle: number,
    below: number,
    below2: number,
    record: number,
    out: number,
  ): void;
  diffuse(row: number, below: number): void;
  equationsEven(above: number, out: number, tensors: number): void;
  equationsOdd(above: number, out: number, tensors: number): void;
  relaxEven(above: number, equations: number): void;
  relaxOdd(above: number, equations: number): void;
}

interface Engine extends Layout {
  readonly kernel: Kernel;
  /** All of the memory, as floats. */
  readonly memory: Float32Array;
}

/** A refinement for one size. */
export interface RefineEngine {
  run(input: RefineInput, parameters: AllParameters): Float32Array;
}

/** @throws BackendError without WebAssembly SIMD, RangeError where the images are too large for its memory */
export async function createRefineEngine(spec: RefineSpec): Promise<RefineEngine> {
  const layout = planLayout(spec);
  const sources = [smoothA, smoothB, warp, tensor, diffuse, split, join].map((source) => source(layout));
  const halves = [0, 1].flatMap((odd) => [equations(layout, odd), relax(layout, odd)]);
  const bytes = assemble([...sources, ...halves], layout.pages, false);
  if (!wasmApi?.validate(bytes)) throw new BackendError('This JavaScript engine has no WebAssembly SIMD');
  const memory = new wasmApi.Memory({ initial: layout.pages, maximum: layout.pages, shared: false });
  const instance = await wasmApi.instantiate(await wasmApi.compile(bytes), { kernel: { memory } });
  const kernel = instance.exports as Kernel;
  const engine = { ...layout, kernel, memory: new Float32Array(memory.buffer) };
  return { run: (input, parameters) => refine(engine, input, parameters) };
}

function refine(engine: Engine, input: RefineInput, parameters: AllParameters): Float32Array {
  writeScalars(engine, parameters);
  writeImages(engine, input);
  writeFlow(engine, input.flow);
  writeConfidence(engine, input.confidence);
  for (let i = 0; i < parameters.warps; i++) {
    linearize(engine);
    solve(engine, parameters);
  }
  return readFlow(engine);
}

function writeScalars({ memory }: Engine, parameters: AllParameters): void {
  const { alpha, delta, gamma, epsilon, omega, sigma, span } = parameters;
  const share = smoothingShare(sigma);
  const flat = flatness(span);
  const scalars: Record<keyof typeof SCALARS, number> = {
    ...{ share, centre: 1 - 2 * share, epsilonSquare: epsilon * epsilon, omega, keep: 1 - omega },
    ...{ alpha: alpha / 2, delta: delta / 2, gamma: gamma / 2, flat2: 4 * flat, flat4: 16 * flat },
  };
  for (const [name, at] of Object.entries(SCALARS)) memory[at / 4] = scalars[name as keyof typeof SCALARS];
}

function writeImages(engine: Engine, { a, b }: RefineInput): void {
  const { kernel, channels, height, raw, rawStride } = engine;
  writeRaw(engine, a);
  for (let y = 0; y < height; y++)
    for (let c = 0; c < channels; c++) {
      const row = (dy: number) => raw + (c * height + clampRow(y + dy, height)) * rawStride;
      kernel.smoothA(row(-1), row(0), row(1), engine.a + y * engine.aStride + c * rawStride);
    }
  writeRaw(engine, b);
  for (let y = 0; y < height; y++) {
    const row = (dy: number) => raw + clampRow(y + dy, height) * rawStride;
    kernel.smoothB(row(-1), row(0), row(1), engine.b + y * engine.bStride);
  }
}

const clampRow = (y: number, height: number): number => Math.min(Math.max(y, 0), height - 1);

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

function readFlow(engine: Engine): Float32Array {
  const { kernel, memory, height, width, raw } = engine;
  const flow = new Float32Array(height * width * 2);
  for (let y = 0; y < height; y++) {
    kernel.join(recordOf(engine, y), raw);
    flow.set(memory.subarray(raw / 4, raw / 4 + width * 2), y * width * 2);
  }
  return flow;
}

function writeConfidence({ memory, confidence, height, width, ...engine }: Engine, values?: Float32Array) {
  const half = engine.half / 4;
  const first = confidence / 4;
  if (!values) memory.fill(1, first, first + height * 2 * half);
  else
    for (let y = 0, i = 0; y < height; y++) {
      const row = first + y * 2 * half;
      for (let x = 0; x < width; x++, i++) memory[row + (x >> 1) + (x & 1) * half] = values[i];
    }
}

/** Carries B back and makes the tensors, which need two rows more of it on either side. */
function linearize(engine: Engine): void {
  const { kernel, height, half, tensorHalf, ring, ringStride } = engine;
  const slot = (y: number) => ring + (clampRow(y, height) % RING_ROWS) * ringStride;
  for (let y = 0; y < height + 2; y++) {
    if (y < height) {
      const a = engine.a + y * engine.aStride;
      kernel.warp(recordOf(engine, y), a, slot(y), engine.confidence + y * 2 * half, y);
      repeatEdges(engine, slot(y));
    }
    const row = y - 2;
    if (row < 0) continue;
    const out = engine.tensors + row * 2 * tensorHalf;
    kernel.tensor(
      ...([slot(row - 2), slot(row - 1), slot(row), slot(row + 1), slot(row + 2)] as const),
      recordOf(engine, row),
      out,
    );
  }
}

/** Two values on either side of every channel of a row in the ring. */
function repeatEdges({ memory, channels, width, ringChannel }: Engine, slot: number): void {
  for (let c = 0; c < 2 * channels; c++) {
    const first = (slot + c * ringChannel + MARGIN) / 4;
    const last = first + width - 1;
    memory[first - 1] = memory[first - 2] = memory[first];
    memory[last + 1] = memory[last + 2] = memory[last];
  }
}

/**
 * All iterations in one pass over the image. Half a sweep of a row needs no more than the rows beside it from
 * the half before, so it follows that one row behind, and the next iteration follows the last half sweep. What
 * is worked on at a time stays in the cache; the result is that of one sweep after the other, bit for bit.
 */
function solve(engine: Engine, { iterations, sweeps }: AllParameters): void {
  const { height } = engine;
  const steps = 2 * sweeps;
  for (let front = 0; front < height + iterations * steps; front++)
    for (let iteration = 0; iteration < iterations; iteration++) {
      const row = front - iteration * steps;
      if (row < 0) break;
      if (row < height) prepareRow(engine, row);
      const last = Math.min(steps, row + 1);
      for (let step = Math.max(0, row - height + 1); step < last; step++)
        relaxRow(engine, row - step, step & 1);
    }
}

/** The weights and equations of a row, from the flow as it is. */
function prepareRow(engine: Engine, y: number): void {
  const { kernel, memory, height, width, recordStride, tensorHalf, tensors } = engine;
  const half = engine.half / 4;
  const record = recordOf(engine, y);
  const [last, beyond] = [width - 1, width].map((x) => record / 4 + (x >> 1) + (x & 1) * half);
  // The flow has no gradient across the edge ...
  for (const field of [FIELD.u, FIELD.v]) memory[beyond + field * half] = memory[last + field * half];
  kernel.diffuse(record, y < height - 1 ? record + recordStride : record);
  // ... and no weight.
  memory[last + FIELD.right * half] = 0;
  if (y === height - 1) {
    const down = record / 4 + FIELD.down * half;
    memory.fill(0, down, down + 2 * half - MARGIN / 4);
  }
  const above = record - recordStride;
  const tensorRow = tensors + y * 2 * tensorHalf;
  kernel.equationsEven(above, equationsOf(engine, y, 0), tensorRow);
  kernel.equationsOdd(above, equationsOf(engine, y, 1), tensorRow + tensorHalf);
}

function equationsOf({ records, recordStride, half, equationsHalf }: Engine, y: number, odd: number): number {
  return records + (y + 1) * recordStride + FIELD.count * half + odd * equationsHalf;
}

/** The cells of one colour: the even or the odd columns, in turns from row to row. */
function relaxRow(engine: Engine, y: number, color: number): void {
  const { kernel } = engine;
  const odd = (y + color) & 1;
  const above = recordOf(engine, y - 1);
  if (odd) kernel.relaxOdd(above, equationsOf(engine, y, 1));
  else kernel.relaxEven(above, equationsOf(engine, y, 0));
}
