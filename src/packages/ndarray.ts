import { createRequire } from 'node:module';
import type Ndarray from 'ndarray';

/** By `require`, as sharp is. */
export const ndarray = createRequire(import.meta.url)('ndarray') as typeof Ndarray;
