import { openWorkspace } from '../../../kernels/wasm/workspace.ts';
import type { Image, Size } from '../../core/index.ts';
import { blurGaussian, doubleSize, halveSize } from './gaussian.ts';
import { isGrey, toGrey } from './grey.ts';
import type { Grey } from '../types.ts';

/** Images of one size, ever more blurred. */
export interface Octave {
  readonly width: number;
  readonly height: number;
  /** Pixels of the original from one pixel to the next: 0.5, 1, 2 and so on. */
  readonly step: number;
  /** `SCALES + 3` of them, or the first `SCALES + 1`; layer `s` has the blur `SIGMA * 2 ** (s / SCALES)`, in pixels of the octave. */
  readonly layers: readonly Float32Array[];
}

/** An image at all scales. */
export interface ScaleSpace {
  readonly width: number;
  readonly height: number;
  /** The image itself; undefined where its memory went to others. */
  readonly grey?: Grey;
  readonly octaves: readonly Octave[];
  /** Gives back the memory that all of it lies in, to be called when it has served. */
  release(): void;
}

/** Scales an octave, and the blur of the first layer: the values of Lowe 2004, section 3. */
export const SCALES = 3;
export const SIGMA = 1.6;

/** The blur that a camera's image is taken to have, in pixels. */
const CAMERA_BLUR = 0.5;

/** Octaves smaller than this hold no keypoint. */
const LEAST_SIDE = 12;

/**
 * Builds the Gaussian scale space (Lowe 2004, section 3.3).
 *
 * @param upsample start at twice the size
 * @param onOctave is shown each octave when it is complete. What only that needs is then overwritten: the image
 *   itself, and of the first octave, which is three quarters of all, the layers that lie at the next one's scales too
 */
export function buildScaleSpace(
  image: Image | Grey,
  upsample: boolean,
  onOctave?: (octave: Octave) => void,
): ScaleSpace {
  const { width, height } = image;
  const sizes = octaveSizes(image, upsample);
  const lean = onOctave !== undefined && sizes.length > 1;
  const workspace = openWorkspace(lengthsOf(sizes, width * height, lean));
  const take: Take = (length) => workspace?.take(length) ?? new Float32Array(length);
  const first = octaveLayers(sizes[0], take);
  // Its last layer is not there yet.
  const grey = isGrey(image)
    ? image
    : toGrey(image, lean ? first[SCALES + 2].subarray(0, width * height) : take(width * height));
  const octaves: Octave[] = [];
  for (const [o, size] of sizes.entries()) {
    const layers = o ? octaveLayers(size, take) : first;
    if (o) halveSize({ ...sizes[o - 1], data: octaves[o - 1].layers[SCALES] }, layers[0]);
    else blurFirst(upsample ? doubleSize(grey, layers[1]) : grey, upsample, layers[0]);
    fillLayers(size, layers);
    const step = (upsample ? 0.5 : 1) * 2 ** o;
    onOctave?.({ ...size, step, layers });
    const spare = lean && !o;
    if (spare) workspace?.takeBack(layers[SCALES + 1]);
    octaves.push({ ...size, step, layers: spare ? layers.slice(0, SCALES + 1) : layers });
  }
  return { width, height, grey: lean ? undefined : grey, octaves, release: () => workspace?.release() };
}

/** What there is to be room for at a time. */
function lengthsOf(sizes: readonly Size[], full: number, lean: boolean): number[] {
  const layers = sizes.map(({ width, height }) => Array<number>(SCALES + 3).fill(width * height));
  if (!lean) return [full, ...layers.flat()];
  const later = [...layers[0].slice(0, SCALES + 1), ...layers.slice(1).flat()];
  const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);
  // With what lies between arrays, the later ones may need more.
  return sum(later) + 32 * later.length > sum(layers[0]) ? later : layers[0];
}

function octaveSizes({ width, height }: Size, upsample: boolean): Size[] {
  const sizes: Size[] = [];
  let size = upsample ? { width: 2 * width, height: 2 * height } : { width, height };
  while (Math.min(size.width, size.height) >= LEAST_SIDE) {
    sizes.push(size);
    size = { width: (size.width + 1) >> 1, height: (size.height + 1) >> 1 };
  }
  return sizes;
}

/** Hands out an array. */
type Take = (length: number) => Float32Array;

const octaveLayers = (size: Size | undefined, take: Take): Float32Array[] =>
  size ? Array.from({ length: SCALES + 3 }, () => take(size.width * size.height)) : [];

/** Brings a camera's image, or the double of one, to the blur of the first layer. */
function blurFirst(grey: Grey, isDouble: boolean, out: Float32Array): void {
  const blur = isDouble ? 2 * CAMERA_BLUR : CAMERA_BLUR;
  const sigma = Math.sqrt(Math.max(SIGMA ** 2 - blur ** 2, 0.01));
  blurGaussian(grey, sigma, out);
}

/** Each layer from the one before. */
function fillLayers(size: Size, layers: readonly Float32Array[]): void {
  for (let s = 1; s < layers.length; s++) {
    const before = SIGMA * 2 ** ((s - 1) / SCALES);
    const after = SIGMA * 2 ** (s / SCALES);
    blurGaussian({ ...size, data: layers[s - 1] }, Math.sqrt(after ** 2 - before ** 2), layers[s]);
  }
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
