import * as threads from 'node:worker_threads';

/** From Node 21 on. */
const { isMarkedAsUntransferable } = threads as { isMarkedAsUntransferable?: (memory: object) => boolean };

/**
 * Whether Node refuses to hand memory over, as that of an image that sharp decoded. Posting it throws; Node 20 copies it.
 */
export const isBound = (memory: object): boolean => isMarkedAsUntransferable?.(memory) ?? false;
