import { createRequire } from 'node:module';
import type Sharp from 'sharp';

/** By `require`: to `import` a CommonJS package, Node first reads its text for the names in it: 10 MB and 30 ms. */
export const sharp = createRequire(import.meta.url)('sharp') as typeof Sharp;
