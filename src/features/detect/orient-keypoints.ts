import { BINS, directionHistogram } from '../../../kernels/orient/index.ts';
import type { Keypoint } from './keypoint-list.ts';
import { placeOf } from '../scale-space/index.ts';
import type { Place, ScaleSpace } from '../scale-space/index.ts';

/**
 * The keypoints with their directions: each peak of the histogram of gradient directions around it that reaches 80 %
 * of the highest gives one (Lowe 2004, section 5), from x towards y.
 *
 * @param step take every pixel, or every second each way
 */
export function orientKeypoints(
  space: ScaleSpace,
  keypoints: readonly Keypoint[],
  step: 1 | 2 = 1,
): Keypoint[] {
  return keypoints.flatMap((keypoint) => {
    const place = placeOf(space, keypoint.x, keypoint.y, keypoint.scale);
    return dominantAngles(place, step).map((angle) => ({ ...keypoint, angle }));
  });
}

function dominantAngles({ octave, layer, x, y, sigma }: Place, step: 1 | 2): number[] {
  const { width, height } = octave;
  const around = { x: Math.round(x), y: Math.round(y), spread: 1.5 * sigma };
  const bins = directionHistogram({ width, height, data: layer }, around, step);
  const highest = bins.reduce((most, value) => Math.max(most, value));
  const out: number[] = [];
  for (let i = 0; i < BINS; i++) {
    if (!(bins[i] >= 0.8 * highest)) continue;
    const left = bins[(i + BINS - 1) % BINS];
    const right = bins[(i + 1) % BINS];
    if (!(bins[i] > left && bins[i] > right)) continue;
    const bin = i + (left - right) / (2 * (left - 2 * bins[i] + right));
    const angle = (bin * 2 * Math.PI) / BINS;
    out.push(angle > Math.PI ? angle - 2 * Math.PI : angle);
  }
  return out;
}
