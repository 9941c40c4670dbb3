/**
 * Times the kernels that run between the graphs of a network, beside the same in PyTorch where Python has it:
 * `npm run bench:kernels [-- CASE ...]`.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  lookupReference,
  matchReference,
  prepareLookup,
  prepareMatch,
  prepareUpsample,
  upsampleReference,
} from '../../kernels/index.ts';
import type { FeatureMap } from '../../kernels/index.ts';
import {
  describeMachine,
  largestDifference,
  measure,
  printTable,
  saveResults,
  seededValues,
  summarize,
  watchOthers,
} from '../shared/measure.ts';
import type { Contender, Measurement } from '../shared/measure.ts';

const THREADS = [...new Set([1, Math.min(2, availableParallelism())])];

/** What one case is about: our ways to do it, and what PyTorch is given to do the same. */
interface Case {
  readonly title: string;
  readonly reference: Float32Array;
  readonly contenders: readonly (Contender & { dispose(): void })[];
  readonly sizes: readonly number[];
  readonly inputs: Readonly<Record<string, Float32Array>>;
}

const name = (threads: number) => `whither, ${threads} thread${threads > 1 ? 's' : ''}`;

function featureMap(channels: number, height: number, width: number, seed: number): FeatureMap {
  const scale = Math.sqrt(3 / channels);
  const data = seededValues(channels * height * width, seed).map((value) => value * scale);
  return { channels, height, width, data };
}

const CASES: Readonly<Record<string, () => Promise<Case>>> = {
  async lookup() {
    const spec = { channels: 64, height: 54, width: 128, radius: 4 };
    const [a, b] = [1, 2].map((seed) => featureMap(64, 54, 128, seed));
    const flow = seededValues(2 * 54 * 128, 3).map((value) => 6 * value);
    const reference = lookupReference(spec, a, b, flow).data;
    const contenders = await Promise.all(
      THREADS.map(async (threads) => {
        const lookup = await prepareLookup(spec, { threads });
        const out = lookup.run(a, b, flow);
        const run = () => lookup.run(a, b, flow, out).data;
        return { name: name(threads), reference, run, dispose: () => lookup.dispose() };
      }),
    );
    const title = '64 channels, 54 x 128, radius 4, maps loaded each time';
    return { title, reference, contenders, sizes: [64, 54, 128, 4], inputs: { a: a.data, b: b.data, flow } };
  },
  async match() {
    // Small enough for the definition, which takes the square of the cells for every cell.
    const [height, width, sharpness] = [24, 32, 20];
    const [a, b] = [1, 2].map((seed) => featureMap(64, height, width, seed));
    const spec = { channels: 64, heightA: height, widthA: width, heightB: height, widthB: width };
    const reference = matchReference(a, b, sharpness).confidence;
    const contenders = await Promise.all(
      THREADS.map(async (threads) => {
        const match = await prepareMatch(spec, { threads });
        const run = () => match.run(a, b, sharpness).confidence;
        return { name: name(threads), reference, run, dispose: () => match.dispose() };
      }),
    );
    const title = `64 channels, ${height} x ${width}, confidence`;
    return {
      title,
      reference,
      contenders,
      sizes: [64, height, width, sharpness],
      inputs: { a: a.data, b: b.data },
    };
  },
  async upsample() {
    const spec = { height: 109, width: 256, factor: 4 };
    const flow = seededValues(2 * 109 * 256, 1).map((value) => 10 * value);
    const mask = seededValues(144 * 109 * 256, 2).map((value) => 4 * value);
    const reference = upsampleReference(spec, { flow, mask }, 4).flow;
    const contenders = await Promise.all(
      THREADS.map(async (threads) => {
        const upsample = await prepareUpsample(spec, { threads });
        const out = upsample.run({ flow, mask }, 4);
        const run = () => upsample.run({ flow, mask }, 4, out).flow;
        return { name: name(threads), reference, run, dispose: () => upsample.dispose() };
      }),
    );
    return {
      title: '109 x 256, factor 4',
      reference,
      contenders,
      sizes: [109, 256, 4],
      inputs: { flow, mask },
    };
  },
};

/** PyTorch in a process of its own, after the others; nothing where Python or PyTorch is missing. */
function rivals(which: string, { sizes, inputs, reference }: Case): Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), 'whither-bench-'));
  const script = fileURLToPath(new URL('kernels_torch.py', import.meta.url));
  try {
    for (const [input, values] of Object.entries(inputs)) writeFileSync(join(folder, `${input}.bin`), values);
    return THREADS.map((threads) => {
      const args = [script, folder, which, String(threads), ...sizes.map(String)];
      const answer = execFileSync('python3', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      const { version, times } = JSON.parse(answer) as {
        version: string;
        times: number[];
      };
      const result = new Float32Array(new Uint8Array(readFileSync(join(folder, 'out.bin'))).buffer);
      const title = `PyTorch ${version}, ${threads} thread${threads > 1 ? 's' : ''}`;
      return { name: title, ...summarize(times), difference: largestDifference(result, reference) };
    });
  } catch (error) {
    console.log(`PyTorch left out: ${(error as Error).message.trim().split('\n').at(-1)}`);
    return [];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runCase(which: string): Promise<void> {
  const prepared = await CASES[which]();
  console.log(`\n${which}: ${prepared.title}`);
  const others = watchOthers();
  const own = await measure(prepared.contenders);
  const busyWithOthers = others();
  for (const { dispose } of prepared.contenders) dispose();
  const measurements = [...own, ...rivals(which, prepared)];
  printTable(
    ['', 'median ms', 'p10', 'p90', 'difference'],
    measurements.map(({ name: label, median, p10, p90, difference }) => [
      label,
      ...[median, p10, p90].map((time) => time.toFixed(2)),
      difference?.toExponential(0) ?? '',
    ]),
  );
  const result = { case: prepared.title, machine: describeMachine(), busyWithOthers, measurements };
  console.log(`other processes kept ${(100 * (busyWithOthers ?? NaN)).toFixed(0)} % of the cores busy`);
  console.log(`stored in ${saveResults(`kernels-${which}`, result)}`);
}

const chosen = process.argv.slice(2);
for (const which of chosen.length ? chosen : Object.keys(CASES)) {
  if (!Object.hasOwn(CASES, which))
    throw new Error(`Expected cases of ${Object.keys(CASES).join(', ')} but received ${which}`);
  await runCase(which);
}
