import { openWorkspace } from '../../kernels/wasm/workspace.ts';
import type { Image } from '../core/types.ts';
import { blurGaussian, doubleSize, halveSize } from './gaussian.ts';
import { isGrey, toGrey } from './grey.ts';
import type { Grey } from './types.ts';

/** Pictures of one size, ever more blurred. */
export interface Octave {
  readonly width: number;
  readonly height: number;
  /** Pixels of the original from one pixel to the next: 0.5, 1, 2 and so on. */
  readonly step: number;
  /** `SCALES + 3` of them; layer `s` has the blur `SIGMA * 2 ** (s / SCALES)`, in pixels of the octave. */
  readonly layers: readonly Float32Array[];
}

/** A picture at all scales. */
export interface ScaleSpace {
  readonly image: Grey;
  readonly octaves: readonly Octave[];
  /** Gives back the memory that all of it lies in, to be called when it has served. */
  release(): void;
}

/** Scales an octave, and the blur of the first layer: the values of Lowe 2004, section 3. */
export const SCALES = 3;
export const SIGMA = 1.6;

/** The blur that a camera's picture is taken to have, in pixels. */
const CAMERA_BLUR = 0.5;

/** Octaves smaller than this hold no keypoint. */
const LEAST_SIDE = 12;

/**
 * Builds the Gaussian scale space (Lowe 2004, section 3.3).
 *
 * @param upsample start at twice the size
 * @param octaves at most this many
 */
export function buildScaleSpace(image: Image | Grey, upsample: boolean, octaves = Infinity): ScaleSpace {
  const sizes = octaveSizes(image, upsample, octaves);
  const layers = sizes.flatMap(({ width, height }) => Array<number>(SCALES + 3).fill(width * height));
  const workspace = openWorkspace([image.width * image.height, ...layers]);
  const take: Take = (length) => workspace?.take(length) ?? new Float32Array(length);
  const grey = isGrey(image) ? image : toGrey(image, take(image.width * image.height));
  let step = upsample ? 0.5 : 1;
  const blur = CAMERA_BLUR / step;
  const whole = upsample ? doubleSize(grey) : grey;
  const out: Octave[] = [];
  for (const { width, height } of sizes) {
    const base = take(width * height);
    if (!out.length) blurGaussian(whole, Math.sqrt(Math.max(SIGMA ** 2 - blur ** 2, 0.01)), base);
    else halveSize({ ...out[out.length - 1], data: out[out.length - 1].layers[SCALES] }, base);
    out.push({ width, height, step, layers: buildLayers({ width, height, data: base }, take) });
    step *= 2;
  }
  return { image: grey, octaves: out, release: () => workspace?.release() };
}

function octaveSizes(
  { width, height }: { width: number; height: number },
  upsample: boolean,
  most: number,
): { width: number; height: number }[] {
  const sizes: { width: number; height: number }[] = [];
  let size = upsample ? { width: 2 * width, height: 2 * height } : { width, height };
  while (sizes.length < most && Math.min(size.width, size.height) >= LEAST_SIDE) {
    sizes.push(size);
    size = { width: (size.width + 1) >> 1, height: (size.height + 1) >> 1 };
  }
  return sizes;
}

/** Hands out an array. */
type Take = (length: number) => Float32Array;

function buildLayers(base: Grey, take: Take): Float32Array[] {
  const layers = [base.data];
  let current = base;
  for (let s = 1; s < SCALES + 3; s++) {
    const before = SIGMA * 2 ** ((s - 1) / SCALES);
    const after = SIGMA * 2 ** (s / SCALES);
    current = blurGaussian(current, Math.sqrt(after ** 2 - before ** 2), take(base.data.length));
    layers.push(current.data);
  }
  return layers;
}

/** A place in scale space: an octave, one of its layers, and pixels of that octave. */
export interface Place {
  readonly octave: Octave;
  readonly layer: Float32Array;
  readonly x: number;
  readonly y: number;
  /** The keypoint's scale in pixels of the octave. */
  readonly sigma: number;
}

/** Where a keypoint of that position and scale in the original lies: the layer whose blur is nearest to its scale. */
export function placeOf({ octaves }: ScaleSpace, x: number, y: number, sigma: number): Place {
  const level = SCALES * Math.log2(sigma / (SIGMA * octaves[0].step));
  const o = Math.max(0, Math.min(octaves.length - 1, Math.floor((Math.round(level) - 0.5) / SCALES)));
  const octave = octaves[o];
  const s = Math.max(0, Math.min(SCALES + 2, Math.round(level - o * SCALES)));
  const { step } = octave;
  return { octave, layer: octave.layers[s], x: x / step, y: y / step, sigma: sigma / step };
}
