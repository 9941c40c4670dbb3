import type { Alignment } from './align.ts';
import type { Template } from './template.ts';
import type { TrackImage } from './track-image.ts';

/** Pixels about the point that decide whether it is seen, and the deviation of their weights. */
const CORE = 3;
const CORE_SPREAD = 1.5;
const GREY_NOISE = 0.669;
const MISFIT = 0.35;
/** Error of colours that no noise explains: light, compression, resampling. */
const SLACK = 2;

/**
 * How much the middle of a template differs from an image where it was found: mean squared difference of colours over what
 * noise and resampling make. About 1 where the point is seen; Infinity outside of the image.
 */
export function differenceAt(
  { offsets, rgb, rgbBlurred, gradientX, gradientY, weights }: Template,
  { width, height, rgb: colors, noise }: TrackImage,
  { pose, gain, offset }: Alignment,
): number {
  let [sum, total] = [0, 0];
  const colorNoise = noise / GREY_NOISE;
  for (let i = 0; i < weights.length; i++) {
    const [u, v] = [offsets[2 * i], offsets[2 * i + 1]];
    if (weights[i] === 0 || u < -CORE || u > CORE || v < -CORE || v > CORE) continue;
    const x = pose.a * u + pose.b * v + pose.x;
    const y = pose.c * u + pose.d * v + pose.y;
    if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) continue;
    const w = Math.exp(-(u * u + v * v) / (2 * CORE_SPREAD * CORE_SPREAD));
    const at = 3 * ((y | 0) * width + (x | 0));
    const [fx, fy] = [x - (x | 0), y - (y | 0)];
    const slope = gradientX[i] * gradientX[i] + gradientY[i] * gradientY[i];
    const variance = 1.5 * colorNoise * colorNoise + MISFIT * MISFIT * slope + SLACK * SLACK;
    let error = 0;
    for (let c = 0; c < 3; c++) {
      const k = at + c;
      const top = colors[k] + (colors[k + 3] - colors[k]) * fx;
      const bottom = colors[k + 3 * width] + (colors[k + 3 * width + 3] - colors[k + 3 * width]) * fx;
      const value = top + (bottom - top) * fy - offset;
      const [e, blurred] = [value - gain * rgb[3 * i + c], value - gain * rgbBlurred[3 * i + c]];
      if (e * blurred > 0) error += Math.min(e * e, blurred * blurred);
    }
    sum += (w * error) / 3 / variance;
    total += w;
  }
  return total > 0.5 ? sum / total : Infinity;
}
