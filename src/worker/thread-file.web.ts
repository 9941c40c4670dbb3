/// <reference lib="dom" />
import type { Reply } from './messages.ts';
import type { Thread } from './thread-file.ts';
import { LEFT } from './thread-port.web.ts';

/** Starts a thread that serves the verbs; it gets `data` as its name. */
export function startThread(data: object): Thread {
  const { thread } = data as { thread?: string };
  const url = thread ?? new URL('./thread.js', import.meta.url);
  const worker = new Worker(url, { type: 'module', name: JSON.stringify(data) });
  const listeners: ((reply: Reply) => void)[] = [];
  const gone = new Promise<string>((resolve) => {
    worker.onerror = ({ message }) => {
      worker.terminate();
      resolve(message || `there is no script at ${url}`);
    };
    worker.onmessage = ({ data: reply }: MessageEvent<Reply | typeof LEFT>) => {
      if (reply === LEFT) resolve('it was closed');
      else for (const listener of listeners) listener(reply);
    };
  });
  return {
    gone,
    post: (request, transfer = []) => worker.postMessage(request, { transfer: [...transfer] }),
    onReply: (listener) => void listeners.push(listener),
    // A page lives as long as somebody looks at it.
    hold: () => undefined,
  };
}
