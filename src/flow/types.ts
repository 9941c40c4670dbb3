import type { FeatureMap } from '../../kernels/types.ts';
import type { Image, Size } from '../core/index.ts';
import type { Window } from './field/index.ts';

/** An image at the door of a network, with what the network made of it already. */
export interface NetworkInput {
  /** Three planes, sizes and values as the model's `input` says. */
  readonly planes: FeatureMap;
  /** Where the frame lies in them, where that is not at the first pixel or not at its own size. */
  readonly place?: Placement;
  encoding?: Promise<Maps>;
}

/** Where a frame lies in what a network takes, in its pixels. */
export interface Placement extends Window {
  /** Of what the network takes. */
  readonly full: Size;
  /** Of the frame itself. */
  readonly image: Size;
}

/** Feature maps by name, such as the outputs of a graph: what an encoder makes of one image. */
export type Maps = Readonly<Record<string, FeatureMap>>;

/** An image at one of the sizes of the schedule. */
export interface Level {
  /** Three planes of the size of the level, RGB, with mid-grey at 0: see `frameRange`. */
  readonly planes: FeatureMap;
  /** The same, padded to what the network takes. */
  readonly input: NetworkInput;
}

/** An image with its levels, each made when it is first asked for and then kept. */
export interface PreparedFrame {
  readonly image: Image;
  /** The image shrunk by `factor`: `ceil(width / factor)` x `ceil(height / factor)`. */
  level(factor: number): Level;
  /** The planes of a window of a level. That of the full size (`factor` 1) is not made for it. */
  crop(factor: number, window: Window): FeatureMap;
}
