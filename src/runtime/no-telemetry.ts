import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { ModelError } from '../core/index.ts';

const VARIABLE = 'ORT_DISABLE_TELEMETRY';
/** How long the main thread may keep a worker waiting, in milliseconds. */
const PATIENCE = 5000;

// Workers get a copy of the environment as it is when they start: those that start later need not ask.
if (isMainThread) turnOff();

function turnOff(): void {
  process.env[VARIABLE] ??= '1';
}

/**
 * ONNX Runtime's official builds from 1.29 on report usage to their maker, and keep an identifier on disk, where
 * `ORT_DISABLE_TELEMETRY` is not set when they start. Whoever wants that can set it to 0. What a worker thread writes
 * to `process.env` is its own and no native code reads it, so a worker has the main thread set it.
 *
 * @throws {ModelError} where the main thread does not answer
 */
export async function disableTelemetry(): Promise<void> {
  if (process.env[VARIABLE] !== undefined) return;
  if (!isMainThread) await askMainThread();
  turnOff();
}

async function askMainThread(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  const done = new AbortController();
  try {
    session.connectToMainThread();
    const answer = session.post('Runtime.evaluate', { expression: `process.env.${VARIABLE} ??= '1'` });
    // The answer alone would not keep this thread alive.
    await Promise.race([answer, refuseLate(done.signal)]);
  } finally {
    done.abort();
    session.disconnect();
  }
}

async function refuseLate(signal: AbortSignal): Promise<void> {
  if (await delay(PATIENCE, true, { signal }).catch(() => false))
    throw new ModelError(
      `Expected ${VARIABLE} in the environment of a program that loads models in worker threads alone but the main ` +
        `thread is too busy to set it: import 'whither' there first, or start the program with ${VARIABLE}=1`,
    );
}
