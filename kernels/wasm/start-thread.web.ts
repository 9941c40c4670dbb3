/// <reference lib="dom" />
import type { KernelThread } from './start-thread.ts';
import type { ThreadStart } from './thread.web.ts';

/** A thread that is ready: a file, for a policy that lets a page run no text. */
export async function startThread(control: Int32Array, thread: number): Promise<KernelThread> {
  const worker = new Worker(new URL('./kernel-thread.js', import.meta.url), { type: 'module' });
  await new Promise((resolve, reject) => {
    worker.onerror = () =>
      reject(new Error('Expected the kernels to have kernel-thread.js beside their code'));
    worker.onmessage = resolve;
    worker.postMessage({ control, thread } satisfies ThreadStart);
  });
  return { post: (mail) => worker.postMessage(mail), end: () => worker.terminate() };
}
