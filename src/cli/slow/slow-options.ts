import type { FlowPresetName } from '../../runtime/manifest/index.ts';

/** Options of `whither slow` as commander parses them. */
export interface SlowCommandOptions {
  readonly output: string;
  readonly factor?: number;
  readonly fps?: number;
  readonly stretch?: boolean;
  readonly sound: boolean;
  readonly model: string;
  readonly preset?: FlowPresetName;
  readonly force?: boolean;
}
