import type { FeatureMap } from '../../kernels/types.ts';
import type { Image } from '../core/index.ts';
import type { Window } from './field/index.ts';

/** An image at the door of a network, with what the network made of it already. */
export interface NetworkInput {
  /** Three planes, sizes and values as the model's `input` says. */
  readonly planes: FeatureMap;
  encoding?: Promise<Maps>;
}

/** Feature maps by name, such as the outputs of a graph: what an encoder makes of one image. */
export type Maps = Readonly<Record<string, FeatureMap>>;

/** An image at one of the sizes of the schedule. */
export interface Level {
  /** Three planes in the model's range, of the size of the level. */
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
