import type { FlowField, ScalarField } from '../../core/index.ts';
import { fitSimilarity } from '../../track/box/index.ts';
import type { WeightedPair } from '../../track/box/index.ts';

/** How a camera moved: where it takes the centre of the image, in pixels, its turn in radians and the logarithm of its scale. */
export interface CameraPose {
  readonly x: number;
  readonly y: number;
  readonly turn: number;
  readonly scale: number;
}

export const STILL: CameraPose = { x: 0, y: 0, turn: 0, scale: 0 };

/** One pose after the other; small turns and scales add up. */
export const addPoses = (p: CameraPose, q: CameraPose, times = 1): CameraPose => ({
  x: p.x + times * q.x,
  y: p.y + times * q.y,
  turn: p.turn + times * q.turn,
  scale: p.scale + times * q.scale,
});

/** Samples of the flow in the longer side. */
const SAMPLES = 32;

/**
 * How the image moves from one frame to the next as a whole: the similarity that most of the flow agrees with, so that what
 * moves by itself does not count. No motion where the flow tells none.
 */
export function globalMotion(flow: FlowField, confidence?: ScalarField): CameraPose {
  const pairs = samplePairs(flow, confidence);
  const middle = (c: 0 | 1): number => {
    const sorted = pairs.map(({ from, to }) => to[c] - from[c]).sort((p, q) => p - q);
    return sorted[sorted.length >> 1];
  };
  const found = fitSimilarity(pairs, { a: 1, b: 0, x: middle(0), y: middle(1) });
  if (!found) return STILL;
  const { a, b, x, y } = found;
  return { x, y, turn: Math.atan2(b, a), scale: Math.log(Math.hypot(a, b)) };
}

/** Flow on a grid, from the centre of the image; what is surely seen in both frames counts most. */
function samplePairs({ width, height, data }: FlowField, confidence?: ScalarField): WeightedPair[] {
  const step = Math.max(1, Math.floor(Math.max(width, height) / SAMPLES));
  const pairs: WeightedPair[] = [];
  for (let y = step >> 1; y < height; y += step)
    for (let x = step >> 1; x < width; x += step) {
      const i = y * width + x;
      const from = [x - (width - 1) / 2, y - (height - 1) / 2] as const;
      const to = [from[0] + data[2 * i], from[1] + data[2 * i + 1]] as const;
      // Some weight everywhere: an image that is unsure as a whole has a motion too.
      pairs.push({ from, to, weight: 0.02 + (confidence ? confidence.data[i] : 1) });
    }
  return pairs;
}
