import { resizePlanes } from '../../kernels/resample/index.ts';
import type { FeatureMap } from '../../kernels/types.ts';
import type { Image } from '../core/types.ts';
import { imageToTensor, padTensor } from '../runtime/index.ts';
import type { ModelInput } from '../runtime/index.ts';
import type { NetworkInput } from './engine-network.ts';

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
}

/** Holds an image ready for a network, so that all pairs that it is part of share the work done on it. */
export function prepareFrame(image: Image, input: ModelInput): PreparedFrame {
  const levels = new Map<number, Level>();
  const level = (factor: number): Level => {
    const kept = levels.get(factor);
    if (kept) return kept;
    const planes = factor === 1 ? imageToPlanes(image, input) : shrink(level, image, factor);
    const made = createLevel(planes, input);
    levels.set(factor, made);
    return made;
  };
  return { image, level };
}

/** Padded when first asked for: an image that is only ever carried back has no use for it. */
function createLevel(planes: FeatureMap, input: ModelInput): Level {
  let padded: NetworkInput | undefined;
  return {
    planes,
    get input() {
      return (padded ??= prepareInput(planes, input));
    },
  };
}

/** Pads planes of any size to what the network takes. */
export function prepareInput(planes: FeatureMap, input: ModelInput): NetworkInput {
  const { channels, height, width, data } = planes;
  return { tensor: padTensor({ dims: [1, channels, height, width], data }, input.multipleOf) };
}

function imageToPlanes(image: Image, input: ModelInput): FeatureMap {
  const { data } = imageToTensor(image, input.range);
  return { channels: 3, height: image.height, width: image.width, data };
}

/** By the average over the area of each new pixel; from the half as large level where that gives the same. */
function shrink(level: PreparedFrame['level'], { width, height }: Image, factor: number): FeatureMap {
  const even = factor % 2 === 0 && width % factor === 0 && height % factor === 0;
  const { planes } = level(even ? factor / 2 : 1);
  return resizePlanes(planes, Math.ceil(width / factor), Math.ceil(height / factor));
}
