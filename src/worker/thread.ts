/** The code of a worker thread: it carries out the verbs that its host asks for. */

import { limitThreads } from '../../kernels/wasm/threads.ts';
import { packError, unpackError } from './errors.ts';
import type { Request } from './messages.ts';
import { pack, unpack } from './pack.ts';
import { host, threadData } from './thread-port.ts';
import { VERBS, disposeModels } from './verbs.ts';

/** A call under way. */
interface Call {
  readonly stop: AbortController;
  /** What it asked the host and has no answer to. */
  readonly asks: Map<number, { resolve(value: unknown): void; reject(error: Error): void }>;
}

const { post } = host;
const calls = new Map<number, Call>();
const running = new Set<Promise<void>>();
let lastAsk = 0;

/** Calls a function of the host for call `id`. */
function askHost(id: number, called: number, args: readonly unknown[]): Promise<unknown> {
  const answer = new Promise((resolve, reject) => {
    const ask = ++lastAsk;
    calls.get(id)?.asks.set(ask, { resolve, reject });
    const { value, transfer } = pack(args);
    post({ kind: 'ask', id, ask, called, args: value }, transfer);
  });
  // Not everybody waits for one, such as who tells of progress.
  answer.catch(() => undefined);
  return answer;
}

async function run({ id, verb, args }: Extract<Request, { kind: 'call' }>): Promise<void> {
  const call: Call = { stop: new AbortController(), asks: new Map() };
  calls.set(id, call);
  try {
    const given = unpackFor(id, args);
    const result = await VERBS[verb](given as never, call.stop.signal);
    const { value, transfer } = pack(result, { give: true });
    post({ kind: 'done', id, value }, transfer);
  } catch (error) {
    post({ kind: 'failed', id, error: packError(error) });
  } finally {
    calls.delete(id);
  }
}

const unpackFor = (id: number, value: unknown): unknown =>
  unpack(value, (called, args) => askHost(id, called, args));

/** Once all calls are done: then nothing keeps the thread alive. */
async function close(): Promise<void> {
  await Promise.all(running);
  await disposeModels();
  host.leave();
}

host.onRequest((request) => {
  if (request.kind === 'close') void close();
  else if (request.kind === 'call') {
    const work = run(request).finally(() => running.delete(work));
    running.add(work);
  } else {
    const call = calls.get(request.id);
    if (request.kind === 'abort') call?.stop.abort();
    else {
      const ask = call?.asks.get(request.ask);
      call?.asks.delete(request.ask);
      if (request.kind === 'answer') ask?.resolve(unpackFor(request.id, request.value));
      else ask?.reject(unpackError(request.error));
    }
  }
});

const { threads } = threadData();
if (threads) limitThreads(threads);
post({ kind: 'ready' });
