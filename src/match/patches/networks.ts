import { padPlanes } from '../../../kernels/resample/index.ts';
import { ModelError } from '../../core/index.ts';
import type { Tensor } from '../../core/index.ts';
import type { Descriptors, Grey } from '../../features/index.ts';
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
import type { PatchImage } from '../patch-image.ts';
import { colorTensor, patchTensor } from './patch-tensor.ts';

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
  const signature = {
    inputs: manifest.input.names ?? ['patches'],
    outputs: [manifest.output?.name ?? 'descriptors'],
  };
  const session = await loadGraph(model, part, signature, options);
  const { dense } = manifest;
  const describer = createDescriber(session, manifest);
  let denseSession: Promise<Session> | undefined;
  const openDense = (): Promise<Session> =>
    (denseSession ??= loadGraph(model, 'dense', { inputs: ['image'], outputs: ['descriptors'] }, options));
  return {
    ...describer,
    ...(dense && {
      dense: {
        stride: dense.stride,
        describe: async (image) => describeImage(await openDense(), image, manifest, dense),
      },
    }),
    async dispose() {
      await Promise.all([describer.dispose(), denseSession?.then((opened) => opened.dispose())]);
    },
  };
}

/** What a descriptor network needs to know of itself. */
export type DescriberManifest = Pick<PatchManifest, 'name' | 'input' | 'output' | 'descriptor'>;
/** What a network of pairs needs to know of itself. */
export type ScorerManifest = Pick<PairManifest, 'name' | 'input' | 'output' | 'symmetric'>;

/** A descriptor network whose graph is loaded. */
export function createDescriber(session: Session, manifest: DescriberManifest): Describer {
  const { input, descriptor } = manifest;
  const colored = input.channels !== 'grey';
  return {
    kind: 'describer',
    patchSize: input.size,
    length: descriptor.length,
    metric: { kind: descriptor.metric },
    describe: (patches) =>
      describeAll(session, manifest, patches.count, (from, to) =>
        patchTensor(slicePatches(patches, from, to), input),
      ),
    ...(colored && {
      describeImages: (images: readonly PatchImage[]) =>
        describeAll(session, manifest, images.length, (from, to) =>
          colorTensor(images.slice(from, to), input),
        ),
    }),
    dispose: () => session.dispose(),
  };
}

/** Run by run. */
async function describeAll(
  session: Session,
  { name, input, output, descriptor }: DescriberManifest,
  count: number,
  tensorOf: (from: number, to: number) => Tensor,
): Promise<Descriptors> {
  const { length } = descriptor;
  const [batch, data] = [input.batch ?? BATCH, new Float32Array(count * length)];
  for (let from = 0; from < count; from += batch) {
    const to = Math.min(from + batch, count);
    const results = await session.run({ [input.names?.[0] ?? 'patches']: tensorOf(from, to) });
    const found = checkOutputOf(results, output?.name ?? 'descriptors');
    checkValues(found, (to - from) * length, `${name}'s descriptors`);
    data.set(found.data, from * length);
  }
  return { count, length, data };
}

function checkOutputOf(results: Readonly<Record<string, Tensor>>, name: string): Tensor {
  if (results[name]) return results[name];
  throw new ModelError(
    `Expected an output ${name} of the graph but received ${Object.keys(results).join(', ')}`,
  );
}

async function describeImage(
  session: Session,
  { width, height, data }: Grey,
  { name, input, descriptor }: PatchManifest,
  { stride, origin, multipleOf }: DenseOutput,
): Promise<DescriptorMap> {
  const padded = padPlanes({ channels: 1, height, width, data: mapRange(data, input.range) }, multipleOf);
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
    { inputs: manifest.input.names ?? ['patchA', 'patchB'], outputs: [manifest.output?.name ?? 'score'] },
    { runtime, device, threads },
  );
  return createScorer(session, manifest);
}

/** A network of pairs whose graph is loaded. */
export function createScorer(session: Session, { input, output, symmetric, name }: ScorerManifest): Scorer {
  const [nameA, nameB] = input.names ?? ['patchA', 'patchB'];
  const [batch, scale] = [input.batch ?? BATCH, output?.scale ?? 1];
  return {
    kind: 'scorer',
    patchSize: input.size,
    smallest: input.smallest,
    anySize: input.anySize,
    symmetric,
    async score(a, b) {
      const scores = new Float32Array(a.count);
      for (let first = 0; first < a.count; first += batch) {
        const last = Math.min(first + batch, a.count);
        const results = await session.run({
          [nameA]: patchTensor(slicePatches(a, first, last), input),
          [nameB]: patchTensor(slicePatches(b, first, last), input),
        });
        const found = checkOutputOf(results, output?.name ?? 'score');
        checkValues(found, last - first, `${name}'s scores`);
        scores.set(found.data, first);
      }
      return scale === 1 ? scores : scores.map((score) => score * scale);
    },
    dispose: () => session.dispose(),
  };
}

function checkValues({ data, dims }: Tensor, wanted: number, what: string): void {
  if (data.length !== wanted)
    throw new ModelError(`Expected ${wanted} values of ${what} but received ${dims.join(' x ')}`);
  checkFinite(data, what);
}

/** 0 to 255 as the network wants it. */
function mapRange(values: Float32Array, [black, white]: readonly [number, number]): Float32Array {
  const scale = (white - black) / 255;
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = black + values[i] * scale;
  return out;
}
