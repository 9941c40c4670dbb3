import { Worker } from 'node:worker_threads';
import { text } from '../built/thread.ts';
import type { Mail } from './thread-work.ts';

/** A thread beside this one. */
export interface KernelThread {
  post(mail: Mail): void;
  end(): void;
}

/** A thread that is ready; from then on it does not keep the process alive. */
export async function startThread(control: Int32Array, thread: number): Promise<KernelThread> {
  // Loaders and input types of the caller's process are not for this text.
  const worker = new Worker(text, { eval: true, execArgv: [], workerData: { control, thread } });
  await new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', resolve);
  });
  worker.unref();
  return { post: (mail) => worker.postMessage(mail), end: () => void worker.terminate() };
}
