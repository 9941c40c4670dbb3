import { nextTurn } from '../../kernels/wasm/platform.ts';
import { expected } from './errors.ts';

/** Checks the option `signal`: absent, or an `AbortSignal` that is not aborted yet. Throws the reason of one that is. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (typeof signal?.throwIfAborted !== 'function') throw expected('an AbortSignal', 'signal', signal);
  signal.throwIfAborted();
}

/**
 * Between two steps of long work: throws the signal's reason once it is aborted. Timers and events have their turn first,
 * since without it nobody could abort.
 */
export async function checkAborted(signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return;
  await nextTurn();
  signal.throwIfAborted();
}
