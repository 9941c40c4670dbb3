import { loadFlowModel } from '../../flow/network/index.ts';
import type { FlowModel, LoadFlowModelOptions } from '../../flow/network/index.ts';
import type { FlowCommandOptions } from './flow-options.ts';

/** The model that the options name, with the backend and on the device that they name. */
export function openModel(options: FlowCommandOptions): Promise<FlowModel> {
  // Any text may stand there; the library checks it against the names it knows.
  const { backend, device } = options as Pick<LoadFlowModelOptions, 'backend' | 'device'>;
  return loadFlowModel(options.model, { backend, device });
}
