import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { buildLibrary, runProgram } from './run-program.ts';

/** Seven models are loaded, each with kernels of its own. */
vi.setConfig({ testTimeout: 180_000 });

const { library, remove } = await buildLibrary();
afterAll(remove);

/** Defines `estimate`, which gives a digest of the flow between two images, and `model`, which it uses. */
const ESTIMATE = `
const { createHash } = await import('node:crypto');
const { estimateFlow, loadFlowModel, readImage } = await import(${JSON.stringify(library)});
const model = await loadFlowModel('whither-flow', { threads: 1 });
const images = await Promise.all(['a', 'b'].map((side) => readImage('fixtures/golden/pair-' + side + '.png')));
async function estimate() {
  const { flow } = await estimateFlow(model, ...images, { preset: 'fast' });
  return createHash('sha256').update(flow.data).digest('hex');
}`;

/** A worker that estimates once and posts the digest. */
const WORKER = `
const { parentPort } = await import('node:worker_threads');
${ESTIMATE}
parentPort.postMessage(await estimate());
await model.dispose();`;

/** Defines `startWorker`, which gives the digests once the worker has ended. */
const START_WORKER = `
const { Worker } = await import('node:worker_threads');
const startWorker = () => new Promise((resolve, reject) => {
  const digests = [];
  const worker = new Worker(${JSON.stringify(WORKER)}, { eval: true });
  worker.on('message', (digest) => digests.push(digest));
  worker.on('error', reject);
  worker.on('exit', () => resolve(digests));
});`;

it('workers, one generation after another, estimate beside a main thread that holds a model', async () => {
  const { code, stdout, stderr } = await runProgram(`
    ${ESTIMATE}
    ${START_WORKER}
    const digests = [await estimate()];
    for (let generation = 0; generation < 3; generation++)
      digests.push(...(await Promise.all([startWorker(), startWorker(), estimate()])).flat());
    await model.dispose();
    console.log(digests.length, new Set(digests).size);`);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '10 1\n', stderr: '' });
});

it('a worker alone sends no usage to the maker of ONNX Runtime, and keeps no identifier for it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'whither-home-'));
  const env = { HOME: home, XDG_CACHE_HOME: undefined, ORT_DISABLE_TELEMETRY: undefined };
  const program = `${START_WORKER} console.log((await startWorker()).length, process.env.ORT_DISABLE_TELEMETRY);`;
  try {
    expect(await runProgram(program, { env })).toEqual({ code: 0, stdout: '1 1\n', stderr: '' });
    expect(await readdir(home, { recursive: true })).toEqual([]);
  } finally {
    await rm(home, { recursive: true });
  }
});
