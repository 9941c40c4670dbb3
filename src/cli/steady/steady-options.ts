import type { FlowPresetName } from '../../runtime/manifest/index.ts';

/** Options of `whither steady` as commander parses them. */
export interface SteadyCommandOptions {
  readonly output: string;
  readonly smoothing: number;
  readonly maxCrop: number;
  readonly fill?: boolean;
  readonly sound: boolean;
  readonly model: string;
  readonly preset?: FlowPresetName;
  readonly force?: boolean;
}
