import type { Image } from '../core/types.ts';
import type { FlowBetween } from './align-views.ts';
import type { BlendMethod } from './compose.ts';
import type { Rectangle } from './layout.ts';
import type { PairMatcher } from './match-pairs.ts';
import type { SeamMethod } from './seams.ts';
import type { Transforms } from './transforms.ts';
import type { CameraModel, ProjectionName } from './types.ts';

/** The stages, in their order. */
export type StageName = 'read' | 'match' | 'place' | 'seam' | 'align' | 'compose';

/** Where a panorama goes, part by part. */
export interface TileSink {
  /** Takes 8-bit RGB rows of `area`; areas do not overlap and in the end cover everything. */
  write(area: Rectangle, data: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

export interface StitchOptions {
  /** How corresponding points are found; by features unless told. */
  readonly matcher?: PairMatcher<unknown>;
  /** The camera model; chosen by evidence unless told. */
  readonly model?: CameraModel;
  /** Chosen by the fields of view unless told. */
  readonly projection?: ProjectionName;
  /** Keep the largest rectangle without blank corners; false unless told. */
  readonly crop?: boolean;
  /** Side of the output's pixels against that of the full resolution, above 0 to 1; 1 unless told. */
  readonly scale?: number;
  /** Larger panoramas are refused, in millions of pixels; 200 unless told. */
  readonly maxMegapixels?: number;
  /** `blocks` unless told: one gain a picture, darkening of corners, and what remains block by block. */
  readonly exposure?: 'none' | 'gain' | 'blocks';
  /** `graph-cut` unless told. */
  readonly seams?: SeamMethod;
  /** `multiband` unless told. */
  readonly blend?: BlendMethod;
  /** Pictures are matched at most at this size, in millions of pixels; 0.5 unless told. */
  readonly matchMegapixels?: number;
  /**
   * Flow between two pictures, such as `estimateFlow` with a model gives: then pictures are bent about their seams
   * where that makes them agree, against parallax. Not done unless told.
   */
  readonly align?: FlowBetween;
  /** Cameras found earlier for pictures of the same sizes in the same order: nothing is matched then. */
  readonly transforms?: Transforms;
  /** Bytes of full pictures kept in memory while the panorama is composed; 300 million unless told. */
  readonly cacheBytes?: number;
  /** Told of the progress: `done` of `total` steps of a stage. May throw to stop. */
  readonly onProgress?: (stage: StageName, done: number, total: number) => void;
  /** Given one picture a stage, in order; they are made only if this is set. */
  readonly onPicture?: (name: string, image: Image) => Promise<void> | void;
  /** Where panorama number `index` goes; into memory unless told. */
  readonly openSink?: (index: number, width: number, height: number) => Promise<TileSink>;
}
