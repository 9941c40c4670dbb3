import { padPlanes } from '../../../kernels/resample/index.ts';
import { ModelError } from '../../core/index.ts';
import type { Tensor } from '../../core/index.ts';
import type { Descriptors, Grey, Patches } from '../../features/index.ts';
import { checkFinite, checkOutput, loadGraph } from '../../runtime/index.ts';
import type {
  DenseOutput,
  InstalledModel,
  PairManifest,
  PatchManifest,
  RuntimeOptions,
  Session,
} from '../../runtime/index.ts';
import type { DescriptorMap, Describer, Scorer } from './measure.ts';
import { slicePatches } from '../patch-image.ts';

/** Which of a descriptor network's files to run. */
export type PatchPrecision = 'fp32' | 'fp16' | 'int8';

export interface PatchNetworkOptions extends RuntimeOptions {
  readonly precision: PatchPrecision;
  readonly threads?: number;
}

/** Patches for one run: enough to keep the threads busy, few enough for the caches. */
const BATCH = 64;

/** A descriptor network as a describer; its dense graph is loaded when it is first wanted. */
export async function openDescriber(
  model: InstalledModel,
  manifest: PatchManifest,
  { precision, ...options }: PatchNetworkOptions,
): Promise<Describer> {
  const part = precision === 'fp32' ? 'patch' : `patch-${precision}`;
  const session = await loadGraph(model, part, { inputs: ['patches'], outputs: ['descriptors'] }, options);
  const { input, descriptor, dense } = manifest;
  let denseSession: Promise<Session> | undefined;
  const openDense = (): Promise<Session> =>
    (denseSession ??= loadGraph(model, 'dense', { inputs: ['image'], outputs: ['descriptors'] }, options));
  return {
    kind: 'describer',
    patchSize: input.size,
    length: descriptor.length,
    metric: { kind: descriptor.metric },
    describe: (patches) => describeAll(session, patches, manifest),
    ...(dense && {
      dense: {
        stride: dense.stride,
        describe: async (image) => describeImage(await openDense(), image, manifest, dense),
      },
    }),
    async dispose() {
      await Promise.all([session.dispose(), denseSession?.then((opened) => opened.dispose())]);
    },
  };
}

async function describeAll(
  session: Session,
  patches: Patches,
  { name, input, descriptor }: PatchManifest,
): Promise<Descriptors> {
  const { length } = descriptor;
  const data = new Float32Array(patches.count * length);
  for (let first = 0; first < patches.count; first += BATCH) {
    const batch = slicePatches(patches, first, Math.min(first + BATCH, patches.count));
    const { descriptors } = await session.run({ patches: toTensor(batch, input.range) });
    checkValues(descriptors, batch.count * length, `${name}'s descriptors`);
    data.set(descriptors.data, first * length);
  }
  return { count: patches.count, length, data };
}

async function describeImage(
  session: Session,
  { width, height, data }: Grey,
  { name, input, descriptor }: PatchManifest,
  { stride, origin, multipleOf }: DenseOutput,
): Promise<DescriptorMap> {
  const planes = { channels: 1, height, width, data: mapRange(data, input.range) };
  const padded = padPlanes(planes, multipleOf);
  const image = { dims: [1, 1, padded.height, padded.width], data: padded.data };
  const { descriptors } = await session.run({ image });
  checkOutput(descriptors, [1, descriptor.length, null, null], `descriptors of ${name}`);
  checkFinite(descriptors.data, `descriptors of ${name}`);
  const [, channels, rows, columns] = descriptors.dims;
  const map = { channels, height: rows, width: columns, data: descriptors.data };
  return { ...cropToImage(map, width, height, stride, origin), stride, origin };
}

/** Leaves out the cells that describe nothing but padding: those with their centre outside the image. */
function cropToImage(
  map: { channels: number; height: number; width: number; data: Float32Array },
  imageWidth: number,
  imageHeight: number,
  stride: number,
  origin: number,
) {
  const inside = (cells: number, size: number): number =>
    Math.min(cells, Math.floor((size - 0.5 - origin) / stride) + 1);
  const [width, height] = [inside(map.width, imageWidth), inside(map.height, imageHeight)];
  if (width === map.width && height === map.height) return map;
  const { channels } = map;
  const data = new Float32Array(channels * height * width);
  for (let row = 0; row < channels * height; row++) {
    const from = (Math.floor(row / height) * map.height + (row % height)) * map.width;
    data.set(map.data.subarray(from, from + width), row * width);
  }
  return { channels, height, width, data };
}

/** A network that compares two patches, as a scorer. */
export async function openScorer(
  model: InstalledModel,
  manifest: PairManifest,
  { runtime, device, threads }: PatchNetworkOptions,
): Promise<Scorer> {
  const session = await loadGraph(
    model,
    'pair',
    { inputs: ['patchA', 'patchB'], outputs: ['score'] },
    { runtime, device, threads },
  );
  const { input, symmetric, name } = manifest;
  return {
    kind: 'scorer',
    patchSize: input.size,
    smallest: input.smallest,
    anySize: input.anySize,
    symmetric,
    async score(a, b) {
      const scores = new Float32Array(a.count);
      for (let first = 0; first < a.count; first += BATCH) {
        const last = Math.min(first + BATCH, a.count);
        const { score } = await session.run({
          patchA: toTensor(slicePatches(a, first, last), input.range),
          patchB: toTensor(slicePatches(b, first, last), input.range),
        });
        checkValues(score, last - first, `${name}'s scores`);
        scores.set(score.data, first);
      }
      return scores;
    },
    dispose: () => session.dispose(),
  };
}

function checkValues({ data, dims }: Tensor, wanted: number, what: string): void {
  if (data.length !== wanted)
    throw new ModelError(`Expected ${wanted} values of ${what} but received ${dims.join(' x ')}`);
  checkFinite(data, what);
}

function toTensor({ count, size, data }: Patches, range: readonly [number, number]): Tensor {
  return { dims: [count, 1, size, size], data: mapRange(data, range) };
}

/** 0 to 255 as the network wants it. */
function mapRange(values: Float32Array, [black, white]: readonly [number, number]): Float32Array {
  const scale = (white - black) / 255;
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = black + values[i] * scale;
  return out;
}
