import { parentPort, workerData } from 'node:worker_threads';
import type { Reply, Request } from './messages.ts';

/** The host of this thread. */
export const host = {
  post: (reply: Reply, transfer?: readonly ArrayBuffer[]): void => parentPort!.postMessage(reply, transfer),
  onRequest: (listener: (request: Request) => void): void => void parentPort!.on('message', listener),
  /** From here on nothing keeps the thread alive. */
  leave: (): void => parentPort!.close(),
};

/** What the host said when it started the thread. */
export const threadData = (): ThreadData => workerData as ThreadData;

export interface ThreadData {
  /** The most threads of a kernel. */
  readonly threads?: number;
}
