import type { FlowPresetName } from '../../runtime/manifest/index.ts';
import type { Box } from '../../track/index.ts';

/** Options of `whither track` as commander parses them. */
export interface TrackCommandOptions {
  readonly points?: string;
  readonly grid?: number;
  readonly box?: Box;
  readonly output?: string;
  readonly draw?: string;
  readonly model: string;
  readonly preset?: FlowPresetName;
  readonly backwards: boolean;
  readonly force?: boolean;
}
