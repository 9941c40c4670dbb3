/** A kernel's thread in Node; `npm run build:kernels` makes a text of it that no bundler or transpiler touches. */

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { createThreadWork, reportFailure } from './thread-work.ts';
import type { Mail } from './thread-work.ts';

const { control, thread } = workerData as { control: Int32Array; thread: number };
const port = parentPort!;
const own = createThreadWork(control, thread);
port.postMessage('ready');
for (;;) {
  own.sleep();
  try {
    for (let mail; (mail = receiveMessageOnPort(port));) own.receive(mail.message as Mail);
    own.work();
  } catch {
    reportFailure(control);
  }
}
