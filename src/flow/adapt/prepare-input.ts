import { resizePlanes } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import type { ModelInput } from '../../runtime/index.ts';
import type { NetworkInput, Placement } from '../types.ts';
import { liesAtOrigin, placeImage } from './place.ts';

/**
 * The values of black and of white in the planes of frames: as far apart as in the model's range, with 0 for mid-grey, which
 * is what lies outside of a warped image.
 */
export function frameRange({ range: [black, white] }: Pick<ModelInput, 'range'>): [number, number] {
  const half = (white - black) / 2;
  return [-half, half];
}

/** Brings planes of a frame, of any size, to the values and the size that the network takes. */
export function prepareInput(planes: FeatureMap, input: ModelInput): NetworkInput {
  const values = toNetworkValues(planes, input);
  const place = placeImage(planes, input);
  const { width, height } = place;
  const fitted = planes.width === width && planes.height === height;
  const padded = padAround(fitted ? values : resizePlanes(values, width, height), place, input.padding);
  return liesAtOrigin(place) ? { planes: padded } : { planes: padded, place };
}

/** The planes in the order and with the values that the network takes; themselves where they have them. */
function toNetworkValues(planes: FeatureMap, { channels, range, mean, std }: ModelInput): FeatureMap {
  const grey = (range[0] + range[1]) / 2;
  if (channels === 'RGB' && grey === 0 && !mean && !std) return planes;
  const size = planes.height * planes.width;
  const data = new Float32Array(3 * size);
  for (let c = 0; c < 3; c++) {
    const from = planes.data.subarray((channels === 'RGB' ? c : 2 - c) * size);
    const [offset, divisor] = [grey - (mean?.[c] ?? 0), std?.[c] ?? 1];
    for (let i = 0, o = c * size; i < size; i++, o++) data[o] = (from[i] + offset) / divisor;
  }
  return { ...planes, data };
}

/** Planes with what lies around them in `place.full`: their edge, repeated, or zeros. */
function padAround(planes: FeatureMap, place: Placement, padding: ModelInput['padding']): FeatureMap {
  const { left, top, full } = place;
  const { channels, height, width } = planes;
  if (full.width === width && full.height === height) return planes;
  const data = new Float32Array(channels * full.height * full.width);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      const from = (c * height + y) * width;
      const to = (c * full.height + top + y) * full.width;
      data.set(planes.data.subarray(from, from + width), to + left);
    }
  const padded = { channels, ...full, data };
  if (padding !== 'zero') repeatEdge(padded, place);
  return padded;
}

function repeatEdge({ channels, height, width, data }: FeatureMap, place: Placement): void {
  const [right, bottom] = [place.left + place.width, place.top + place.height];
  for (let c = 0; c < channels; c++) {
    const row = (y: number): number => (c * height + y) * width;
    for (let y = place.top; y < bottom; y++) {
      const start = row(y);
      data.fill(data[start + place.left], start, start + place.left);
      data.fill(data[start + right - 1], start + right, start + width);
    }
    for (let y = 0; y < height; y++) {
      const nearest = Math.min(Math.max(y, place.top), bottom - 1);
      if (nearest !== y) data.copyWithin(row(y), row(nearest), row(nearest) + width);
    }
  }
}
