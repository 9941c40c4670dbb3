import { createRequire } from 'node:module';
import type * as CliProgress from 'cli-progress';

/** By `require`, as sharp is. */
export const { SingleBar } = createRequire(import.meta.url)('cli-progress') as typeof CliProgress;

export type SingleBar = CliProgress.SingleBar;
