import { prepareLookup } from '../../../kernels/lookup/index.ts';
import { prepareMatch } from '../../../kernels/match/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { prepareUpsample } from '../../../kernels/upsample/index.ts';
import type { ModelPyramid } from '../../runtime/index.ts';
import { createKernelCache } from './kernel-cache.ts';

/** The kernels that run between the graphs, for each size of maps. */
export function preparePyramidKernels({ radius, reaches, factor }: ModelPyramid, threads?: number) {
  return {
    /** Two places for the hidden state: one is read while the other is written. */
    hiddenPlaces: createKernelCache((size) => {
      const places = [0, 1].map(() => emptyMap(size));
      return Promise.resolve({ places, bytes: 2 * places[0].data.byteLength, dispose: () => undefined });
    }),
    lookups: createKernelCache(async ({ channels, height, width }) => {
      const lookup = await prepareLookup({ channels, height, width, radius, reaches }, { threads });
      const displacements = reaches.length * (2 * radius + 1) ** 2;
      const volume = lookup.volume ?? {
        ...{ displacements, height, width },
        data: new Float32Array(displacements * height * width),
      };
      const bytes = lookup.bytes + (lookup.volume ? 0 : volume.data.byteLength);
      return { lookup, volume, bytes, dispose: () => lookup.dispose() };
    }),
    matchings: createKernelCache(async ({ channels, height, width }: MapSize, b: MapSize) => {
      const size = { heightA: height, widthA: width, heightB: b.height, widthB: b.width };
      const matching = await prepareMatch({ channels, ...size }, { threads });
      return { matching, bytes: matching.bytes, dispose: () => matching.dispose() };
    }),
    upsamplings: createKernelCache(async ({ height, width }) => {
      const spec = { height, width, factor, extra: 1, logistic: true };
      const upsampling = await prepareUpsample(spec, { threads });
      const mask = { channels: 9 * factor * factor, height, width, data: upsampling.mask! };
      const into = upsampling.mask && { mask };
      return { upsampling, into, bytes: upsampling.bytes, dispose: () => upsampling.dispose() };
    }),
  };
}

type MapSize = Pick<FeatureMap, 'channels' | 'height' | 'width'>;

const emptyMap = ({ channels, height, width }: MapSize): FeatureMap => ({
  ...{ channels, height, width },
  data: new Float32Array(channels * height * width),
});
