import { WorkerError, packError, unpackError } from './errors.ts';
import type { Reply } from './messages.ts';
import { pack } from './pack.ts';
import type { Called } from './pack.ts';
import { startThread } from './thread-file.ts';
import type { Thread } from './thread-file.ts';

/** One call of a verb. */
export interface Job {
  readonly verb: string;
  readonly args: readonly unknown[];
  /** Hand the arrays in `args` over instead of copying them. */
  readonly give?: boolean;
  readonly signal?: AbortSignal;
}

/** A thread that serves the verbs. */
export interface ThreadHandle {
  /** Questions to the host that calls wait for. */
  readonly asking: number;
  /** Whether it is gone, by itself or by `close`. */
  readonly ended: boolean;
  run(job: Job): Promise<unknown>;
  /** Ends it once its calls are done. */
  close(): Promise<void>;
}

/** A call under way. */
interface Call {
  readonly verb: string;
  readonly signal?: AbortSignal;
  /** What it may call here, and under which name that was given. */
  readonly functions: { readonly called: Called; readonly name: string }[];
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** What a function threw that ends the call. */
  failure?: { readonly reason: unknown };
}

/** Functions whose result nobody waits for: what they throw ends the call. */
const ENDING = new Set(['onTile', 'onProgress']);

/**
 * Starts a thread; it keeps the process alive only while it has calls.
 *
 * @param onChange is called when a call begins to wait for the host, or no longer does
 * @throws WorkerError where it does not start
 */
export async function openThread(data: object, onChange: () => void): Promise<ThreadHandle> {
  const thread = startThread(data);
  const calls = new Map<number, Call>();
  let [last, asking, ended] = [0, 0, false];
  const { gone, post } = thread;
  void gone.then((reason) => {
    ended = true;
    for (const { verb, reject } of calls.values())
      reject(new WorkerError(`Expected ${verb} to finish but its worker thread ended: ${reason}`));
    calls.clear();
    onChange();
  });

  function finish(id: number, error?: unknown, value?: unknown): void {
    const call = calls.get(id);
    if (!call) return;
    calls.delete(id);
    if (!calls.size) thread.hold(false);
    if (call.failure) call.reject(call.failure.reason);
    else if (error === undefined) call.resolve(value);
    else call.reject(call.signal?.aborted ? call.signal.reason : error);
  }

  async function answer(
    call: Call,
    { id, ask, called, args }: Extract<Reply, { kind: 'ask' }>,
  ): Promise<void> {
    const { called: work, name } = call.functions[called];
    asking++;
    onChange();
    try {
      const result: unknown = await work(...(args as never[]));
      const { value, transfer } = packFor(call, result);
      post({ kind: 'answer', id, ask, value }, transfer);
    } catch (reason) {
      post({ kind: 'refusal', id, ask, error: packError(reason) });
      if (ENDING.has(name)) {
        call.failure ??= { reason };
        post({ kind: 'abort', id });
      }
    } finally {
      asking--;
    }
  }

  thread.onReply((reply) => {
    if (reply.kind === 'done') finish(reply.id, undefined, reply.value);
    else if (reply.kind === 'failed') finish(reply.id, unpackError(reply.error));
    else if (reply.kind === 'ask') {
      // What a call leaves behind when it fails may go on asking: nobody waits for that.
      const call = calls.get(reply.id);
      if (call) void answer(call, reply);
    }
  });
  await whenReady(thread);
  thread.hold(false);

  return {
    get asking() {
      return asking;
    },
    get ended() {
      return ended;
    },
    run: ({ verb, args, give, signal }) =>
      new Promise((resolve, reject) => {
        if (ended) throw new WorkerError(`Expected a worker thread for ${verb} but it has ended`);
        // It may have been aborted while the thread was opened.
        signal?.throwIfAborted();
        const id = ++last;
        const abort = (): void => post({ kind: 'abort', id });
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            signal?.removeEventListener('abort', abort);
            settle(value);
          };
        const call = { verb, signal, functions: [], resolve: settled(resolve), reject: settled(reject) };
        const { value, transfer } = packFor(call, args, give);
        post({ kind: 'call', id, verb, args: value }, transfer);
        calls.set(id, call);
        thread.hold(true);
        signal?.addEventListener('abort', abort);
      }),
    async close() {
      thread.hold(true);
      post({ kind: 'close' });
      await gone;
    },
  };
}

/** Packs what goes to a call; functions in it become ones that the call may ask for. */
function packFor(
  { functions }: Pick<Call, 'functions'>,
  value: unknown,
  give = false,
): ReturnType<typeof pack> {
  return pack(value, { give, register: (called, name) => functions.push({ called, name }) - 1 });
}

async function whenReady({ gone, onReply }: Thread): Promise<void> {
  const ready = new Promise<undefined>((resolve) => onReply(() => resolve(undefined)));
  const reason = await Promise.race([ready, gone]);
  if (reason !== undefined)
    throw new WorkerError(`Expected a worker thread to start but it ended: ${reason}`);
}
