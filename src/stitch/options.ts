import type { Image, Mask, OptionNames } from '../core/index.ts';
import type { FlowBetween, SeamMethod } from './seams/index.ts';
import type { Background, BlendMethod } from './compose/index.ts';
import { REGISTER_OPTIONS } from './register/index.ts';
import type { RegisterOptions } from './register/index.ts';
import type { Transforms } from './transforms.ts';
import type { SphereArea } from './sphere/index.ts';
import type { ProjectionName, TileSink } from './types.ts';

/** Options of `stitch`. */
export interface StitchOptions extends RegisterOptions {
  /** Defaults to what the fields of view ask for. */
  readonly projection?: ProjectionName;
  /**
   * Where the panorama looks, in degrees from where wave correction has it look: to the right, up, and turned clockwise about
   * that direction. Of cameras that turn alone; each defaults to 0.
   */
  readonly yaw?: number;
  readonly pitch?: number;
  readonly roll?: number;
  /**
   * For each image which of its pixels may be used, 1 each: the rest is neither matched nor shown. Of any size, laid over the
   * whole image; defaults to that of an `ImageSource`, or all.
   */
  readonly masks?: readonly (Mask | undefined)[];
  /** Keep the largest rectangle without blank corners; defaults to false. */
  readonly crop?: boolean;
  /** Larger panoramas are refused, in millions of pixels; defaults to 200. */
  readonly maxMegapixels?: number;
  /** Defaults to `blocks`: one gain an image, darkening of corners, and what remains block by block. */
  readonly exposure?: 'none' | 'gain' | 'blocks';
  /** Defaults to `graph-cut`. */
  readonly seams?: SeamMethod;
  /** Defaults to `multiband`. */
  readonly blend?: BlendMethod;
  /**
   * What is shown where no image is: a colour, or `transparent`, where the sink is told what is covered and `panorama.covered`
   * says it. Defaults to black.
   */
  readonly background?: Background;
  /**
   * Flow between two images, such as `estimateFlow` with a model gives: then images are bent about their seams
   * where that makes them agree, against parallax. Off by default.
   */
  readonly align?: FlowBetween;
  /** Cameras found earlier for images of the same sizes in the same order: nothing is matched then. */
  readonly transforms?: Transforms;
  /** Given one image a stage, in order; they are made only if this is set. */
  readonly onImage?: (name: string, image: Image) => Promise<void> | void;
  /** Where panorama number `index` goes; defaults to memory. */
  readonly openSink?: OpenSink;
}

/** Opens the place for a panorama of `width` x `height` pixels. */
export type OpenSink = (
  index: number,
  width: number,
  height: number,
  about: {
    /** Which part of all around it shows, where viewers can be told. */ readonly sphere?: SphereArea;
  },
) => Promise<TileSink>;

export const STITCH_OPTIONS: OptionNames<StitchOptions> = {
  ...REGISTER_OPTIONS,
  projection: true,
  yaw: true,
  pitch: true,
  roll: true,
  masks: true,
  crop: true,
  maxMegapixels: true,
  exposure: true,
  seams: true,
  blend: true,
  background: true,
  align: true,
  transforms: true,
  onImage: true,
  openSink: true,
};
