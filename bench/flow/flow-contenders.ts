/** Who takes part in the flow bench on our side; OpenCV's methods are named in flow_rivals.py. */

import type { EstimateOptions, LoadFlowModelOptions } from '../../src/index.ts';

/** A model and how it is run. */
export interface FlowContender {
  readonly label: string;
  readonly model: string;
  readonly load?: LoadFlowModelOptions;
  readonly options?: EstimateOptions;
  /** Runs only when asked for by its label. */
  readonly extra?: boolean;
}

const alone: EstimateOptions = { refine: false };

export const CONTENDERS: readonly FlowContender[] = [
  { label: 'fast', model: 'whither-flow', options: { preset: 'fast' } },
  { label: 'balanced', model: 'whither-flow', options: { preset: 'balanced' } },
  { label: 'accurate', model: 'whither-flow', options: { preset: 'accurate' } },
  { label: 'flownet-s', model: 'flownet-s' },
  { label: 'flownet-c', model: 'flownet-c' },
  { label: 'flownet-s alone', model: 'flownet-s', options: alone, extra: true },
  { label: 'flownet-c alone', model: 'flownet-c', options: alone, extra: true },
  {
    label: 'flownet-c alone fused',
    model: 'flownet-c',
    load: { graph: 'fused' },
    options: alone,
    extra: true,
  },
];
