import type { Background, BlendMethod } from '../../stitch/compose/index.ts';
import type { SeamMethod } from '../../stitch/seams/index.ts';
import type { CameraModel, ImageOrder, ProjectionName } from '../../stitch/index.ts';

/** The options of `whither stitch`, parsed. */
export interface StitchCommandOptions {
  readonly output: string;
  readonly projection?: ProjectionName;
  readonly model?: CameraModel;
  /** False by --no-lens. */
  readonly lens?: boolean;
  readonly crop?: boolean;
  readonly scale?: number;
  readonly maxMegapixels?: number;
  readonly exposure?: 'none' | 'gain' | 'blocks';
  readonly seams?: SeamMethod;
  readonly blend?: BlendMethod;
  readonly align?: 'none' | 'flow';
  readonly background?: Background;
  readonly mask?: readonly string[];
  readonly order?: ImageOrder;
  readonly pairs?: readonly (readonly [number, number])[];
  readonly yaw?: number;
  readonly pitch?: number;
  readonly roll?: number;
  readonly cube?: string;
  readonly littlePlanet?: string;
  readonly report?: string;
  readonly transforms?: string;
  readonly saveTransforms?: string;
  readonly verboseDir?: string;
  readonly force?: boolean;
}
