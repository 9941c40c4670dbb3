import type { TrackImage } from './track-image.ts';

/** Where a template lies in an image: template offset (x, y) is at (a x + b y + x0, c x + d y + y0). */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** What surrounds a point, as one frame shows it. */
export interface Template {
  /** Offsets from the point in pixels, x and y interleaved. */
  readonly offsets: Float32Array;
  readonly grey: Float32Array;
  /** Red, green and blue, 0 to 255 interleaved. */
  readonly rgb: Float32Array;
  /** The same two after a slight blur: what resampling may make of them lies between. */
  readonly greyBlurred: Float32Array;
  readonly rgbBlurred: Float32Array;
  /** The gradient of grey, per pixel of the template. */
  readonly gradientX: Float32Array;
  readonly gradientY: Float32Array;
  /** How much each pixel counts: less with the distance from the point, nothing outside of the image. */
  readonly weights: Float32Array;
}

/** Pixels from a template's centre to its sides. */
export const TEMPLATE_RADIUS = 9;

const SIDE = 2 * TEMPLATE_RADIUS + 1;
const SPREAD = 5.5;

/** The pose of a template where it was taken. */
export const poseAt = (x: number, y: number): Pose => ({ x, y, a: 1, b: 0, c: 0, d: 1 });

/** Cuts a template out of an image, at any place and pose. */
export function takeTemplate(image: TrackImage, pose: Pose): Template {
  const count = SIDE * SIDE;
  const template = {
    offsets: new Float32Array(2 * count),
    grey: new Float32Array(count),
    rgb: new Float32Array(3 * count),
    greyBlurred: new Float32Array(count),
    rgbBlurred: new Float32Array(3 * count),
    gradientX: new Float32Array(count),
    gradientY: new Float32Array(count),
    weights: new Float32Array(count),
  };
  for (let i = 0; i < count; i++) {
    const x = (i % SIDE) - TEMPLATE_RADIUS;
    const y = Math.floor(i / SIDE) - TEMPLATE_RADIUS;
    template.offsets[2 * i] = x;
    template.offsets[2 * i + 1] = y;
    const inside = sampleInto(template, i, image, pose);
    template.weights[i] = inside ? Math.exp(-(x * x + y * y) / (2 * SPREAD * SPREAD)) : 0;
  }
  blurInto(template.grey, 1, template.greyBlurred);
  blurInto(template.rgb, 3, template.rgbBlurred);
  addGradients(template);
  return template;
}

function sampleInto(
  { offsets, grey, rgb }: Template,
  i: number,
  { width, height, grey: from, rgb: colors }: TrackImage,
  pose: Pose,
): boolean {
  const [u, v] = [offsets[2 * i], offsets[2 * i + 1]];
  const x = pose.a * u + pose.b * v + pose.x;
  const y = pose.c * u + pose.d * v + pose.y;
  if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) return false;
  const x0 = Math.min(Math.floor(x), Math.max(width - 2, 0));
  const y0 = Math.min(Math.floor(y), Math.max(height - 2, 0));
  const [right, down] = [width > 1 ? 1 : 0, height > 1 ? width : 0];
  const [fx, fy] = [x - x0, y - y0];
  const at = y0 * width + x0;
  const mix = (data: ArrayLike<number>, k: number, step: number): number =>
    (data[k] * (1 - fx) + data[k + right * step] * fx) * (1 - fy) +
    (data[k + down * step] * (1 - fx) + data[k + (down + right) * step] * fx) * fy;
  grey[i] = mix(from, at, 1);
  for (let c = 0; c < 3; c++) rgb[3 * i + c] = mix(colors, 3 * at + c, 3);
  return true;
}

/** Binomial, 3 x 3; the border stays as it is. */
function blurInto(values: Float32Array, step: number, out: Float32Array): void {
  out.set(values);
  const row = SIDE * step;
  for (let y = 1; y < SIDE - 1; y++)
    for (let k = y * row + step; k < (y + 1) * row - step; k++) {
      const across = (at: number): number => values[at - step] + 2 * values[at] + values[at + step];
      out[k] = (across(k - row) + 2 * across(k) + across(k + row)) / 16;
    }
}

/** By central differences of a smoothed patch (Sobel), since noise in the gradient biases the alignment. */
function addGradients({ grey, weights, gradientX, gradientY }: Template): void {
  const at = (x: number, y: number): number => grey[y * SIDE + x];
  for (let y = 1; y < SIDE - 1; y++)
    for (let x = 1; x < SIDE - 1; x++) {
      const i = y * SIDE + x;
      const east = at(x + 1, y - 1) + 2 * at(x + 1, y) + at(x + 1, y + 1);
      const west = at(x - 1, y - 1) + 2 * at(x - 1, y) + at(x - 1, y + 1);
      const south = at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1);
      const north = at(x - 1, y - 1) + 2 * at(x, y - 1) + at(x + 1, y - 1);
      gradientX[i] = (east - west) / 8;
      gradientY[i] = (south - north) / 8;
    }
  // A gradient that reaches outside of the image is none.
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++)
      if (x === 0 || y === 0 || x === SIDE - 1 || y === SIDE - 1) weights[y * SIDE + x] = 0;
      else if (weights[y * SIDE + x - 1] * weights[y * SIDE + x + 1] === 0 && x > 1 && x < SIDE - 2)
        gradientX[y * SIDE + x] = 0;
}
