import { FileError } from '../../core/index.ts';
import type { FlowField } from '../../core/index.ts';
import type { ReadFlowOptions } from '../image/index.ts';
import { decodeRgb16Png, encodeRgb16Png, isRgb16Png } from '../image/index.ts';
import { checkFlowValues, findPixel } from './unknown-flow.ts';

/** Steps a pixel: the format's precision is 1/64 pixel. */
const SCALE = 64;
/** The sample that means no motion. */
const ZERO = 2 ** 15;
const MAX_SAMPLE = 2 ** 16 - 1;

const toSample = (component: number): number => Math.round(component * SCALE) + ZERO;
const fits = (component: number): boolean => toSample(component) >= 0 && toSample(component) <= MAX_SAMPLE;

/**
 * Reads KITTI's flow PNG (Menze and Geiger 2015): 16-bit RGB with u = (R - 2^15) / 64, v = (G - 2^15) / 64, and
 * B = 0 where the flow is unknown; there u and v become 0. B is 1 elsewhere, or, as some programs have it, any one
 * number.
 *
 * @throws FileError where `bytes` is not a whole 16-bit RGB PNG of at most `maxPixels`, and where B has several numbers: such a PNG is an
 *   image, or has red and blue swapped.
 */
export function decodeKitti(bytes: Uint8Array, options: ReadFlowOptions = {}): FlowField {
  const { width, height, data: samples } = decodeRgb16Png(bytes, options);
  checkValidPlane(samples);
  const data = new Float32Array(width * height * 2);
  const valid = new Uint8Array(width * height);
  for (let i = 0; i < valid.length; i++) {
    if (samples[3 * i + 2] === 0) continue;
    valid[i] = 1;
    data[2 * i] = (samples[3 * i] - ZERO) / SCALE;
    data[2 * i + 1] = (samples[3 * i + 1] - ZERO) / SCALE;
  }
  return valid.includes(0) ? { width, height, data, valid } : { width, height, data };
}

/** Throws unless blue can be the mask of known pixels. */
function checkValidPlane(samples: Uint16Array): void {
  const [red, blue] = [greatestSample(samples, 0), greatestSample(samples, 2)];
  if (red <= 1 && blue > 1)
    throw new FileError(
      'Expected 0 and 1 (known pixels) in the blue channel of a KITTI .png but received them in the red one: red ' +
        'and blue are swapped, as by a program that takes RGB for BGR; swap them back',
    );
  for (let i = 2; i < samples.length; i += 3)
    if (samples[i] !== 0 && samples[i] !== blue)
      throw new FileError(
        `Expected 0 and 1 (known pixels) in the blue channel of a KITTI .png but received ${samples[i]} and ` +
          `${blue}: this is no flow`,
      );
}

function greatestSample(samples: Uint16Array, channel: 0 | 1 | 2): number {
  let greatest = 0;
  for (let i = channel; i < samples.length; i += 3) greatest = Math.max(greatest, samples[i]);
  return greatest;
}

/**
 * Writes KITTI's flow PNG, each component rounded to the nearest 1/64 pixel; unknown pixels are 0, 0, 0.
 * See {@link decodeKitti}.
 *
 * @throws FileError naming the first pixel beyond the format's range of -512 to 511.984375 pixels: clamping would
 * store a wrong flow in silence.
 */
export function encodeKitti(flow: FlowField): Uint8Array {
  checkFlowValues(flow);
  const beyond = findPixel(flow, (u, v) => !(fits(u) && fits(v)));
  if (beyond)
    throw new FileError(
      `Expected flow from -512 to 511.98 pixels for a KITTI .png but received (${beyond.u}, ${beyond.v}) at ` +
        `x ${beyond.x}, y ${beyond.y}: write .flo, or mark the pixel as unknown`,
    );
  const { width, height, data, valid } = flow;
  const samples = new Uint16Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    if (valid?.[i] === 0) continue;
    samples[3 * i] = toSample(data[2 * i]);
    samples[3 * i + 1] = toSample(data[2 * i + 1]);
    samples[3 * i + 2] = 1;
  }
  return encodeRgb16Png({ width, height, data: samples });
}

/** Whether `bytes` are a flow PNG rather than an image: 16-bit RGB and nothing but 0 and 1 in blue. */
export function isKitti(bytes: Uint8Array): boolean {
  if (!isRgb16Png(bytes)) return false;
  try {
    const { data } = decodeRgb16Png(bytes);
    for (let i = 2; i < data.length; i += 3) if (data[i] > 1) return false;
    return true;
  } catch {
    return false;
  }
}
