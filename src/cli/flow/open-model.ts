import { loadFlowModel } from '../../flow/network/index.ts';
import type { FlowModel, LoadFlowModelOptions } from '../../flow/network/index.ts';
import type { FlowCommandOptions } from './flow-options.ts';

/** The model that the options name, with the backend they name. */
export function openModel(options: FlowCommandOptions): Promise<FlowModel> {
  // Any text may stand there; the library checks it against the backends it knows.
  return loadFlowModel(options.model, { backend: options.backend as LoadFlowModelOptions['backend'] });
}
