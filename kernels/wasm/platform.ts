/** What Node and a browser each do their own way: see `platform.web.ts`. */

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';

/** How many threads run at once here. */
export const coreCount = (): number => availableParallelism();

/** Whether threads can share memory and wait for each other here. */
export const canShareWork = (): boolean => true;

/** Lets timers and events have their turn. */
export const nextTurn = (): Promise<void> => setImmediate();
