import { blurGaussian, doubleSize, halveSize } from './gaussian.ts';
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
}

/** Scales an octave, and the blur of the first layer: the values of Lowe 2004, section 3. */
export const SCALES = 3;
export const SIGMA = 1.6;

/** The blur that a camera's picture is taken to have, in pixels. */
const CAMERA_BLUR = 0.5;

/** Octaves smaller than this hold no keypoint. */
const LEAST_SIDE = 12;

/** The memory of a scale space, to be used for the next one of the same size. */
export class LayerBuffers {
  private readonly buffers: Float32Array[] = [];
  private next = 0;

  /** From here on all may be overwritten. */
  rewind(): void {
    this.next = 0;
  }

  take(length: number): Float32Array {
    const index = this.next++;
    if (this.buffers[index]?.length !== length) this.buffers[index] = new Float32Array(length);
    return this.buffers[index];
  }
}

/**
 * Builds the Gaussian scale space (Lowe 2004, section 3.3).
 *
 * @param upsample start at twice the size
 * @param octaves at most this many
 * @param buffers the memory of a scale space that is no longer needed, and then of this one
 */
export function buildScaleSpace(
  image: Grey,
  upsample: boolean,
  octaves = Infinity,
  buffers: LayerBuffers = new LayerBuffers(),
): ScaleSpace {
  buffers.rewind();
  let base = upsample ? doubleSize(image) : image;
  let step = upsample ? 0.5 : 1;
  const blur = CAMERA_BLUR / step;
  base = blurGaussian(
    base,
    Math.sqrt(Math.max(SIGMA ** 2 - blur ** 2, 0.01)),
    buffers.take(base.data.length),
  );
  const out: Octave[] = [];
  while (out.length < octaves && Math.min(base.width, base.height) >= LEAST_SIDE) {
    const layers = buildLayers(base, buffers);
    out.push({ width: base.width, height: base.height, step, layers });
    base = halveSize({ width: base.width, height: base.height, data: layers[SCALES] });
    step *= 2;
  }
  return { image, octaves: out };
}

function buildLayers(base: Grey, buffers: LayerBuffers): Float32Array[] {
  const layers = [base.data];
  let current = base;
  for (let s = 1; s < SCALES + 3; s++) {
    const before = SIGMA * 2 ** ((s - 1) / SCALES);
    const after = SIGMA * 2 ** (s / SCALES);
    current = blurGaussian(current, Math.sqrt(after ** 2 - before ** 2), buffers.take(base.data.length));
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
