import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { oneLine } from '../core/index.ts';
import { findInPackage, packageFolder } from '../runtime/index.ts';
import { WorkerError } from './errors.ts';
import type { Reply, Request } from './messages.ts';

/** The code of a thread, built and as it was written. */
const [BUILT, SOURCE] = ['dist/src/worker/thread.js', 'src/worker/thread.ts'];

/** A thread of TypeScript needs a loader of its own: those of the process do not reach into it everywhere. */
const WITH_LOADER = `
const { workerData: { loader, url } } = require('node:worker_threads');
import(loader).then(({ register }) => (register(), import(url)));
`;

/** A thread as its host sees it. */
export interface Thread {
  post(request: Request, transfer?: readonly ArrayBuffer[]): void;
  onReply(listener: (reply: Reply) => void): void;
  /** Whether it keeps the process alive. */
  hold(alive: boolean): void;
  /** Why it is gone, once it is. */
  readonly gone: Promise<string>;
}

/** Starts a thread that serves the verbs; `data` is its `workerData`. */
export function startThread(data: object): Thread {
  const worker = startWorker(data);
  return {
    gone: whenGone(worker),
    post: (request, transfer) => worker.postMessage(request, transfer),
    onReply: (listener) => void worker.on('message', listener),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
  };
}

function whenGone(worker: Worker): Promise<string> {
  let reason: string | undefined;
  worker.on('error', (error: unknown) => (reason = oneLine(error)));
  worker.on('messageerror', (error) => (reason = oneLine(error)));
  return new Promise((resolve) => worker.once('exit', (code) => resolve(reason ?? `exit code ${code}`)));
}

function startWorker(data: object): Worker {
  const built = isBuilt();
  const path = findInPackage(built ? [BUILT] : [SOURCE, BUILT]);
  if (!path)
    throw new WorkerError(
      `Expected ${BUILT} in ${packageFolder()} but there is none: a bundler must leave the package whither out`,
    );
  const url = pathToFileURL(path).href;
  if (!path.endsWith('.ts')) return new Worker(new URL(url), { workerData: data, execArgv: [] });
  // What `require` would get finds no loader for `import`.
  const loader = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/cjs$/, 'mjs');
  return new Worker(WITH_LOADER, { eval: true, execArgv: [], workerData: { ...data, url, loader } });
}

/** Whether this is the package as it is published. */
const isBuilt = (): boolean => fileURLToPath(import.meta.url).startsWith(join(packageFolder(), 'dist'));
