import { KernelError } from '../errors.ts';
import type { Backend } from './backend.ts';

/** gpu.js makes code of text at run time, which the policies of pages forbid: it stays out of what runs in them. */
export const createGpuBackend = (): Backend => ({
  unavailable: async () => 'whither/web has no gpu.js',
  prepare: () => Promise.reject(new KernelError('Expected a kernel without gpu.js in whither/web')),
});
