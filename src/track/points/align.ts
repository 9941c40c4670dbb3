import { solveLinear } from '../../geometry/linear/index.ts';
import type { Pose, Template } from './template.ts';
import type { TrackImage } from './track-image.ts';

/** How far an alignment may leave the pose it starts from, as standard deviations. */
export interface PosePrior {
  /** Pixels. */
  readonly position: number;
  /** Of each of the four numbers of turning and scale. */
  readonly shape: number;
}

/** How grey of the image goes with that of the template. */
interface Light {
  /** Contrast of the image over that of the template. */
  readonly gain: number;
  /** What is added to the template after `gain`. */
  readonly offset: number;
  /** Mean of the image over that of the template, of values raised so that black is no special case. */
  readonly brightness: number;
  /** Of the two, -1 to 1; 0 where either is plain. */
  readonly correlation: number;
}

/** A template found in an image. */
export interface Alignment extends Light {
  readonly pose: Pose;
  /** Standard deviation that is left of the position, in pixels. */
  readonly spread: number;
  /** Share of the template, by weight, that agrees. */
  readonly agreeing: number;
}

const UNKNOWNS = 6;
/** Offsets of the template are divided by this in the equations, so that all unknowns are of one size. */
const REACH = 6;
/** Pixels next to each other err alike, so all of them tell less than their number. */
const CORRELATED = 6;
/** Registration and resampling err by about this many pixels of the gradient. */
const MISFIT = 0.25;
/** Variance of grey below which the contrast of a template tells little of the light. */
const HOLD = 400;
/** Most that the contrast changes from one look to the next. */
const MOST_GAIN = 1.5;
/** Added to brightness before the two are compared. */
const RAISE = 16;

/** Memory of an alignment. */
const errors = new Float64Array(1024);
const values = new Float64Array(1024);
const system = new Float64Array(UNKNOWNS * (UNKNOWNS + 1));
const normal = new Float64Array(UNKNOWNS * UNKNOWNS);
const right = new Float64Array(UNKNOWNS);

/**
 * Finds a template near a pose, by Gauss-Newton on the difference of grey with a prior on the pose (maximum a posteriori):
 * where the image tells nothing, as on a plain wall or along an edge, the prior decides. Pixels that fit badly, such as
 * those of another object, count little (Geman-McClure).
 */
export function alignTemplate(
  template: Template,
  image: TrackImage,
  start: Pose,
  prior: PosePrior,
  light: number,
  steps = 8,
): Alignment {
  let pose = start;
  let lit: Light = { gain: light, offset: 0, brightness: 0, correlation: 0 };
  let agreeing = 0;
  robust.fill(1);
  for (let step = 0; step < steps; step++) {
    sample(template, image, pose);
    lit = fitLight(template, light);
    agreeing = weigh(template, image.noise, lit, step);
    const change = solve(template, pose, start, prior, lit.gain, image.noise);
    if (!change) break;
    pose = moved(pose, change);
    if (Math.hypot(change[4], change[5]) < 0.01 && step > 1) break;
  }
  return { pose, ...lit, spread: spreadOf(), agreeing };
}

/** Reads the image under the template; NaN outside of it. */
function sample({ offsets, weights }: Template, { width, height, grey }: TrackImage, pose: Pose): void {
  const { x: px, y: py, a, b, c, d } = pose;
  for (let i = 0; i < weights.length; i++) {
    values[i] = NaN;
    if (weights[i] === 0) continue;
    const x = a * offsets[2 * i] + b * offsets[2 * i + 1] + px;
    const y = c * offsets[2 * i] + d * offsets[2 * i + 1] + py;
    if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) continue;
    const at = (y | 0) * width + (x | 0);
    const fx = x - (x | 0);
    const top = grey[at] + (grey[at + 1] - grey[at]) * fx;
    const bottom = grey[at + width] + (grey[at + width + 1] - grey[at + width]) * fx;
    values[i] = top + (bottom - top) * (y - (y | 0));
  }
}

/** Gain and offset by regression, held near `light` where the template has no contrast. */
function fitLight({ greyBlurred: grey, weights }: Template, light: number): Light {
  let [sum, meanT, meanI] = [0, 0, 0];
  for (let i = 0; i < grey.length; i++) {
    if (!(weights[i] > 0) || Number.isNaN(values[i])) continue;
    const w = weights[i] * robust[i];
    sum += w;
    meanT += w * grey[i];
    meanI += w * values[i];
  }
  if (sum === 0) return { gain: light, offset: 0, brightness: 0, correlation: 0 };
  meanT /= sum;
  meanI /= sum;
  let [both, squareT, squareI] = [0, 0, 0];
  for (let i = 0; i < grey.length; i++) {
    if (!(weights[i] > 0) || Number.isNaN(values[i])) continue;
    const w = weights[i] * robust[i];
    both += w * (grey[i] - meanT) * (values[i] - meanI);
    squareT += w * (grey[i] - meanT) ** 2;
    squareI += w * (values[i] - meanI) ** 2;
  }
  const hold = HOLD * sum;
  const free = (both + hold * light) / (squareT + hold);
  const gain = Math.min(Math.max(free, light / MOST_GAIN), light * MOST_GAIN);
  const correlation = both / Math.max(Math.sqrt(squareT * squareI), 1e-9);
  return { gain, offset: meanI - gain * meanT, brightness: (meanI + RAISE) / (meanT + RAISE), correlation };
}

/** Weights of the fit before, which the light is fitted with. */
const robust = new Float64Array(1024).fill(1);

function weigh(
  { grey, greyBlurred, weights, gradientX, gradientY }: Template,
  noise: number,
  { gain, offset }: Light,
  step: number,
): number {
  // Far from the solution all errors are large: the scale begins wide.
  const widen = step === 0 ? 6 : step === 1 ? 3 : 1.5;
  let [sum, agreeing] = [0, 0];
  for (let i = 0; i < grey.length; i++) {
    errors[i] = 0;
    robust[i] = 0;
    if (weights[i] === 0) continue;
    sum += weights[i];
    if (Number.isNaN(values[i])) continue;
    errors[i] = values[i] - gain * grey[i] - offset;
    const slope = gradientX[i] * gradientX[i] + gradientY[i] * gradientY[i];
    const variance = 2 * noise * noise + MISFIT * MISFIT * slope;
    const blurred = values[i] - gain * greyBlurred[i] - offset;
    const left = errors[i] * blurred <= 0 ? 0 : Math.min(Math.abs(errors[i]), Math.abs(blurred));
    const ratio = 1 / (1 + (left * left) / (4 * widen * widen * variance));
    robust[i] = ratio * ratio;
    agreeing += weights[i] * robust[i];
  }
  return sum > 0 ? agreeing / sum : 0;
}

function solve(
  { offsets, gradientX, gradientY, weights }: Template,
  pose: Pose,
  start: Pose,
  prior: PosePrior,
  gain: number,
  noise: number,
): Float64Array | null {
  normal.fill(0);
  right.fill(0);
  const { a, b, c, d } = pose;
  const determinant = a * d - b * c;
  if (!(Math.abs(determinant) > 0.05)) return null;
  let [m00, m01, m02, m03, m04, m05] = [0, 0, 0, 0, 0, 0];
  let [m11, m13, m14, m15, m22, m23, m24, m25] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [m33, m34, m35, m44, m45, m55, m12] = [0, 0, 0, 0, 0, 0, 0];
  let [r0, r1, r2, r3, r4, r5] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i] * robust[i];
    if (w < 1e-4) continue;
    const u = offsets[2 * i] / REACH;
    const v = offsets[2 * i + 1] / REACH;
    // The image's gradient is the template's, by the inverse transpose of the pose.
    const gx = (gain * (d * gradientX[i] - c * gradientY[i])) / determinant;
    const gy = (gain * (a * gradientY[i] - b * gradientX[i])) / determinant;
    const [j0, j1, j2, j3] = [gx * u, gx * v, gy * u, gy * v];
    const [w0, w1, w2, w3, w4, w5] = [w * j0, w * j1, w * j2, w * j3, w * gx, w * gy];
    m00 += w0 * j0;
    m01 += w0 * j1;
    m02 += w0 * j2;
    m03 += w0 * j3;
    m04 += w0 * gx;
    m05 += w0 * gy;
    m11 += w1 * j1;
    m12 += w1 * j2;
    m13 += w1 * j3;
    m14 += w1 * gx;
    m15 += w1 * gy;
    m22 += w2 * j2;
    m23 += w2 * j3;
    m24 += w2 * gx;
    m25 += w2 * gy;
    m33 += w3 * j3;
    m34 += w3 * gx;
    m35 += w3 * gy;
    m44 += w4 * gx;
    m45 += w4 * gy;
    m55 += w5 * gy;
    const e = errors[i];
    r0 -= w0 * e;
    r1 -= w1 * e;
    r2 -= w2 * e;
    r3 -= w3 * e;
    r4 -= w4 * e;
    r5 -= w5 * e;
  }
  const scale = 1 / (CORRELATED * 2 * noise * noise);
  normal.set([
    m00,
    m01,
    m02,
    m03,
    m04,
    m05,
    m01,
    m11,
    m12,
    m13,
    m14,
    m15,
    m02,
    m12,
    m22,
    m23,
    m24,
    m25,
    m03,
    m13,
    m23,
    m33,
    m34,
    m35,
    m04,
    m14,
    m24,
    m34,
    m44,
    m45,
    m05,
    m15,
    m25,
    m35,
    m45,
    m55,
  ]);
  for (let i = 0; i < 36; i++) normal[i] *= scale;
  right.set([r0, r1, r2, r3, r4, r5]);
  for (let i = 0; i < 6; i++) right[i] *= scale;
  const shape = 1 / (prior.shape * REACH) ** 2;
  const position = 1 / prior.position ** 2;
  const held = [pose.a - start.a, pose.b - start.b, pose.c - start.c, pose.d - start.d];
  for (let i = 0; i < 4; i++) {
    normal[7 * i] += shape;
    right[i] -= shape * held[i] * REACH;
  }
  normal[28] += position;
  normal[35] += position;
  right[4] -= position * (pose.x - start.x);
  right[5] -= position * (pose.y - start.y);
  for (let i = 0; i < UNKNOWNS; i++) {
    for (let k = 0; k < UNKNOWNS; k++) system[i * 7 + k] = normal[i * 6 + k];
    system[i * 7 + 6] = right[i];
  }
  return solveLinear(system, UNKNOWNS);
}

function moved(pose: Pose, change: Float64Array): Pose {
  const most = Math.min(1, 3 / Math.max(1e-9, Math.hypot(change[4], change[5])));
  const k = most / REACH;
  return {
    x: pose.x + most * change[4],
    y: pose.y + most * change[5],
    a: pose.a + k * change[0],
    b: pose.b + k * change[1],
    c: pose.c + k * change[2],
    d: pose.d + k * change[3],
  };
}

/** The longer axis of what the equations leave open of the position. */
function spreadOf(): number {
  const [xx, xy, yy] = [normal[28], normal[29], normal[35]];
  const least = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
  return 1 / Math.sqrt(Math.max(least, 1e-6));
}
