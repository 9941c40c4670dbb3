/**
 * Times the correlation backends on sizes that occur in practice, beside the machine's matrix product and,
 * where Python has it, PyTorch: `npm run bench [-- CASE ...]`.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  correlationBackends,
  correlationUnavailable,
  prepareAllPairs,
  prepareCorrelation,
} from '../../kernels/index.ts';
import { correlateReference } from '../../kernels/correlation/reference.ts';
import { createMultiply } from './matmul.ts';
import {
  describeMachine,
  largestDifference,
  measure,
  printTable,
  round,
  saveResults,
  seededValues,
  summarize,
  watchOthers,
} from '../shared/measure.ts';
import type { CorrelationSpec, PreparedCorrelation } from '../../kernels/index.ts';
import type { Contender, Measurement } from '../shared/measure.ts';

interface Case {
  readonly title: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `undefined`: all pairs. */
  readonly radius?: number;
  readonly step?: number;
}

const CASES: Readonly<Record<string, Case>> = {
  flownetc: { title: 'FlowNetC', channels: 256, height: 48, width: 64, radius: 10, step: 2 },
  'flownetc-64': { title: 'our flownet-c', channels: 64, height: 48, width: 64, radius: 10, step: 1 },
  'flownetc-128': {
    title: 'the same, 128 channels',
    channels: 128,
    height: 48,
    width: 64,
    radius: 10,
    step: 1,
  },
  local: { title: 'coarse-to-fine', channels: 32, height: 109, width: 256, radius: 4, step: 1 },
  'all-pairs': { title: 'all pairs', channels: 128, height: 48, width: 64 },
};

const THREADS = Math.min(4, availableParallelism());

interface Maps {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Multiplications and additions of displacements inside the map, which is all that is worth computing. */
function usefulFlop({ channels, height, width, radius, step = 1 }: Case): number {
  if (radius === undefined) return 2 * channels * (height * width) ** 2;
  let pairs = 0;
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++)
      pairs += Math.max(0, height - Math.abs(dy * step)) * Math.max(0, width - Math.abs(dx * step));
  return 2 * channels * pairs;
}

/** The machine's best rate, in a product of square matrices of 1024. */
async function matMulContender(): Promise<Contender> {
  const multiply = await createMultiply(THREADS);
  const square = (seed: number) => ({ data: seededValues(1024 * 1024, seed), dims: [1024, 1024] });
  const [a, b] = [square(1), square(2)];
  return { name: MATMUL, run: () => multiply(a, b) };
}

const MATMUL = `MatMul 1024 x 1024 x 1024 (ONNX Runtime, ${THREADS} threads)`;

interface LocalContender extends Contender {
  readonly prepared: PreparedCorrelation;
}

async function localContenders(
  spec: CorrelationSpec,
  { a, b }: Maps,
  reference: Float32Array,
): Promise<LocalContender[]> {
  const { channels, height, width } = spec;
  const [mapA, mapB] = [a, b].map((data) => ({ channels, height, width, data }));
  const contenders: LocalContender[] = [];
  const enter = async (name: string, backend: (typeof correlationBackends)[number], threads?: number) => {
    const prepared = await prepareCorrelation(spec, backend, { threads });
    const volume = await prepared.run(mapA, mapB);
    contenders.push({
      name,
      prepared,
      reference,
      run: async () => (await prepared.run(mapA, mapB, volume)).data,
    });
  };
  for (const backend of correlationBackends) {
    const reason = await correlationUnavailable(backend);
    if (reason) console.log(`${backend} left out: ${reason}`);
    // The definition is there to be right, gpu.js's plain JavaScript for want of anything else.
    if (reason || backend === 'reference' || backend === 'gpu-cpu') continue;
    if (backend === 'simd' || backend === 'gpu-webasm') {
      await enter(`${backend}, 1 thread`, backend, 1);
      if (THREADS > 1) await enter(`${backend}, ${THREADS} threads`, backend, THREADS);
    } else await enter(backend, backend);
  }
  return contenders;
}

/**
 * The products that a backend made of ONNX Runtime's MatMul would need at the least, without packing its inputs
 * and picking the scores out of its output: rows of A with those rows of B that are inside the map on average.
 */
async function productsAlone(spec: CorrelationSpec): Promise<Contender[]> {
  const { channels, height, width, radius, step } = spec;
  const columns = Math.ceil(width / step);
  const batch = height * step;
  let rows = 0;
  for (let dy = -radius; dy <= radius; dy++) rows += Math.max(0, height - Math.abs(dy * step)) / height;
  const n = Math.round(rows) * columns;
  // Of long rows nearly all products are beside the window; nobody would compute them.
  if (batch * columns * n > 2 ** 24) return [];
  const multiply = await createMultiply(THREADS);
  const a = { data: seededValues(batch * columns * channels, 3), dims: [batch, columns, channels] };
  const b = { data: seededValues(batch * channels * n, 4), dims: [batch, channels, n] };
  return [{ name: `products alone (ONNX Runtime, ${THREADS} threads)`, run: () => multiply(a, b) }];
}

async function measureLocal(spec: CorrelationSpec, maps: Maps): Promise<Measurement[]> {
  const { channels, height, width } = spec;
  const [mapA, mapB] = [maps.a, maps.b].map((data) => ({ channels, height, width, data }));
  const reference = correlateReference(spec, mapA, mapB).data;
  const contenders = await localContenders(spec, maps, reference);
  const yardsticks = [...(await productsAlone(spec)), await matMulContender()];
  const measured = await measure([...contenders, ...yardsticks]);
  for (const { prepared } of contenders) prepared.dispose();
  return [...measured, ...rivals({ ...spec, title: '' }, maps, reference)];
}

async function measureAllPairs(which: Case, { a, b }: Maps): Promise<Measurement[]> {
  const { channels, height, width } = which;
  const [mapA, mapB] = [a, b].map((data) => ({ channels, height, width, data }));
  const sizes = { channels, heightA: height, widthA: width, heightB: height, widthB: width };
  using definition = await prepareAllPairs({ ...sizes, scale: 'sqrt' }, { backend: 'reference' });
  const { data: reference } = await definition.run(mapA, mapB);
  const prepared = await Promise.all(
    [...new Set([1, THREADS])].map(async (threads) => {
      const pairs = await prepareAllPairs({ ...sizes, scale: 'sqrt' }, { backend: 'simd', threads });
      return { threads, pairs, volume: await pairs.run(mapA, mapB) };
    }),
  );
  const contenders = prepared.map(({ threads, pairs, volume }) => ({
    name: `simd, ${threads} thread${threads > 1 ? 's' : ''}`,
    run: async () => (await pairs.run(mapA, mapB, volume)).data,
    reference,
  }));
  const multiply = await createMultiply(THREADS);
  const cells = height * width;
  const product: Contender = {
    name: `product alone (ONNX Runtime, ${THREADS} threads)`,
    run: () => multiply({ data: a, dims: [cells, channels] }, { data: b, dims: [channels, cells] }),
  };
  const measured = await measure([...contenders, product, await matMulContender()]);
  for (const { pairs } of prepared) pairs.dispose();
  return [...measured, ...rivals(which, { a, b }, reference)];
}

/** PyTorch in a process of its own, after the others; nothing where Python or PyTorch is missing. */
function rivals(
  { channels, height, width, radius = -1, step = 1 }: Case,
  { a, b }: Maps,
  reference: Float32Array,
): Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), 'whither-bench-'));
  const script = fileURLToPath(new URL('correlation_torch.py', import.meta.url));
  try {
    writeFileSync(join(folder, 'a.bin'), a);
    writeFileSync(join(folder, 'b.bin'), b);
    const sizes = [channels, height, width, radius, step, THREADS].map(String);
    const answer = execFileSync('python3', [script, folder, ...sizes], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { version, times } = JSON.parse(answer) as { version: string; times: Record<string, number[]> };
    return Object.entries(times).map(([name, list]) => {
      const bytes = readFileSync(join(folder, `${name.replace(' ', '-')}.bin`));
      const result = new Float32Array(new Uint8Array(bytes).buffer);
      return {
        name: `${name} (${version}, ${THREADS} threads)`,
        ...summarize(list),
        difference: largestDifference(result, reference),
      };
    });
  } catch (error) {
    console.log(`PyTorch left out: ${lastLine(error)}`);
    return [];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1)!;
}

async function runCase(name: string, which: Case): Promise<void> {
  const { title, channels, height, width, radius, step = 1 } = which;
  const shape = `${channels} channels, ${height} x ${width}`;
  const window = radius === undefined ? '' : `, radius ${radius}, step ${step}`;
  console.log(`\n${title}: ${shape}${window}`);
  const length = channels * height * width;
  const maps = { a: seededValues(length, 1), b: seededValues(length, 2) };
  const others = watchOthers();
  const measured =
    radius === undefined
      ? await measureAllPairs(which, maps)
      : await measureLocal({ channels, height, width, radius, step, scale: 'mean' }, maps);
  const busyWithOthers = others();
  const matMul = measured.find((m) => m.name === MATMUL)!;
  const rate = (2 * 1024 ** 3) / matMul.median / 1e6;
  const floor = usefulFlop(which) / rate / 1e6;
  printTable(
    ['', 'median ms', 'p10', 'p90', 'x floor', 'difference'],
    measured.map((m) => [
      m.name,
      ...[m.median, m.p10, m.p90].map((t) => t.toFixed(2)),
      m === matMul ? '' : (m.median / floor).toFixed(1),
      m.difference?.toExponential(0) ?? '',
    ]),
  );
  console.log(`MatMul rate ${rate.toFixed(0)} GFLOP/s, so the floor is ${floor.toFixed(2)} ms`);
  if (busyWithOthers)
    console.log(`other processes kept ${(100 * busyWithOthers).toFixed(0)} % of the cores busy`);
  const file = saveResults(`correlation-${name}`, {
    case: which,
    machine: describeMachine(['onnxruntime-node', 'gpu.js', 'webgpu']),
    busyWithOthers,
    matMulGflops: round(rate),
    usefulFlop: usefulFlop(which),
    floorMilliseconds: round(floor),
    measurements: measured,
  });
  console.log(`stored in ${file}`);
}

const names = process.argv.slice(2);
for (const name of names.length ? names : Object.keys(CASES)) {
  if (!Object.hasOwn(CASES, name))
    throw new Error(`Expected cases of ${Object.keys(CASES).join(', ')} but received ${name}`);
  await runCase(name, CASES[name]);
}
