/// <reference lib="dom" />
import { setFolders } from '../runtime/web/index.ts';
import type { WebFolders } from '../runtime/web/index.ts';
import type { Reply, Request } from './messages.ts';
import type { ThreadData } from './thread-port.ts';

/** The host of this thread. */
export const host = {
  post: (reply: Reply, transfer: readonly ArrayBuffer[] = []): void =>
    postMessage(reply, { transfer: [...transfer] }),
  onRequest: (listener: (request: Request) => void): void =>
    addEventListener('message', ({ data }: MessageEvent<Request>) => listener(data)),
  leave: (): void => {
    postMessage(LEFT);
    close();
  },
};

/** What a thread says last: a page is not told when one ends. */
export const LEFT = 'left';

/** What the host said when it started the thread; where models lie holds from then on. */
export function threadData(): ThreadData {
  const data = JSON.parse(self.name) as ThreadData & WebFolders;
  setFolders(data);
  return data;
}
