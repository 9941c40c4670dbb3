import { averageSquares, imagePlanes } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import type { Image } from '../../core/index.ts';
import type { ModelInput } from '../../runtime/index.ts';

import { frameRange, prepareInput } from '../adapt/index.ts';
import { cropPlanes, imageWindow } from '../field/index.ts';
import type { Window } from '../field/index.ts';
import type { Level, PreparedFrame } from '../types.ts';
import type { NetworkInput } from '../types.ts';

/** Holds an image ready for a network, so that all pairs that it is part of share the work done on it. */
export function prepareFrame(image: Image, input: ModelInput): PreparedFrame {
  const levels = new Map<number, Level>();
  const level = (factor: number): Level => {
    const kept = levels.get(factor);
    if (kept) return kept;
    const planes = shrink(level, image, factor, input);
    const made = createLevel(planes, input);
    levels.set(factor, made);
    return made;
  };
  const crop = (factor: number, window: Window): FeatureMap =>
    factor === 1 && !levels.has(1)
      ? imagePlanes(imageWindow(image, window), 1, frameRange(input))
      : cropPlanes(level(factor).planes, window);
  return { image, level, crop };
}

/** Padded when first asked for: an image that is only ever carried back has no use for it. */
export function createLevel(planes: FeatureMap, input: ModelInput): Level {
  let padded: NetworkInput | undefined;
  return {
    planes,
    get input() {
      return (padded ??= prepareInput(planes, input));
    },
  };
}

/** By the average over the area of each new pixel; from the half as large level where that gives the same. */
function shrink(level: PreparedFrame['level'], image: Image, factor: number, input: ModelInput): FeatureMap {
  const { width, height } = image;
  const halves = factor % 2 === 0 && factor > 2 && width % factor === 0 && height % factor === 0;
  return halves ? averageSquares(level(factor / 2).planes, 2) : imagePlanes(image, factor, frameRange(input));
}
