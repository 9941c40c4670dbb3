import type { Image } from '../../core/index.ts';
import { imagePlanes, resizePlanes } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { checkFinite, checkOutput } from '../../runtime/index.ts';
import type { GlobalManifest, Session } from '../../runtime/index.ts';
import { countColors } from './count-colors.ts';

/** Added to each length: a vector of nothing stays one. */
const EPSILON = 1e-6;

/** Sides of 32 k + 1 pixels have symmetric paddings at every stride of the trunk. */
const STRIDE = 32;

/**
 * What the head takes: the mean of each of the trunk's outputs, and the colours, each a unit vector, side by side.
 * `models/global/pool.py` pools the same.
 */
export async function poolFeatures(
  trunk: Session,
  { input, outputs, colors }: GlobalManifest,
  image: Image,
): Promise<Float32Array> {
  const planes = fitPlanes(image, input.side, input.range);
  const { height, width, data } = planes;
  const found = await trunk.run({ image: { dims: [1, 3, height, width], data } });
  const means = outputs.map((name) => {
    const output = checkOutput(found[name], [1, null, null, null], name);
    return channelMeans(checkFinite(output.data, name), output.dims[1]);
  });
  return join([...means, countColors(planes, input.range, colors)].map(toUnit));
}

/** Red, green and blue of an image whose longer side is brought to `side`. */
function fitPlanes(image: Image, side: number, range: readonly [number, number]): FeatureMap {
  const longer = Math.max(image.width, image.height);
  const fit = (length: number): number =>
    Math.max(1, Math.round(((length * side) / longer - 1) / STRIDE)) * STRIDE + 1;
  const factor = Math.max(1, Math.floor(longer / side / 2));
  return resizePlanes(imagePlanes(image, factor, range), fit(image.width), fit(image.height));
}

function channelMeans(data: Float32Array, channels: number): Float32Array {
  const cells = data.length / channels;
  return Float32Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = c * cells; i < (c + 1) * cells; i++) sum += data[i];
    return sum / cells;
  });
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) + EPSILON;
  return vector.map((value) => value / length);
}

function join(vectors: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of vectors) {
    out.set(vector, at);
    at += vector.length;
  }
  return out;
}
