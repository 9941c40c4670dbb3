/** Other networks' features in place of the semantic trunk's: what does knowing kinds of objects add? */

import { describeSemantic } from '../../src/api/features.ts';
import type { SemanticFeatures } from '../../src/api/features.ts';
import type { Image, SemanticModel } from '../../src/index.ts';
import type { FeatureMap } from '../../kernels/index.ts';
import { imagePlanes, resizePlanes } from '../../kernels/resample/index.ts';
import { sampleCells, toUnitVectors } from '../../src/match/semantic/features.ts';
import { findModel, loadGraph } from '../../src/runtime/index.ts';

/** Which output of which graph is taken, and where its cells lie on the image, in pixels. */
interface TrunkSpec {
  readonly graph: string;
  readonly outputs: readonly { readonly name: string; readonly stride: number; readonly origin: number }[];
  readonly grey: boolean;
  readonly range: readonly [number, number];
}

/** Trained to tell places of photos apart, and to find motion; no labels of objects. */
const TRUNKS: Readonly<Record<string, TrunkSpec>> = {
  patchnet: {
    graph: 'dense',
    outputs: [{ name: 'descriptors', stride: 4, origin: 15.5 }],
    grey: true,
    range: [0, 1],
  },
  'whither-flow': {
    graph: 'encoder',
    outputs: [
      { name: 'features0', stride: 16, origin: 7.5 },
      { name: 'features1', stride: 8, origin: 3.5 },
    ],
    grey: false,
    range: [-1, 1],
  },
};

/** Side of the image that such a network sees, in pixels. */
const SIDE = 320;

export interface Describer {
  describe(image: Image): Promise<SemanticFeatures>;
  dispose(): Promise<void>;
}

/** Features by the trunk of that name, on the same cells; the amount of texture is the semantic model's own. */
export async function openTrunk(name: string, model: SemanticModel): Promise<Describer> {
  if (name === 'semantic')
    return { describe: (image) => describeSemantic(model, image), dispose: () => Promise.resolve() };
  const spec = TRUNKS[name];
  if (!spec)
    throw new RangeError(`Expected semantic, ${Object.keys(TRUNKS).join(' or ')} but received ${name}`);
  const signature = { inputs: ['image'], outputs: spec.outputs.map((output) => output.name) };
  const session = await loadGraph(await findModel(name), spec.graph, signature);
  const { cells } = model.manifest;
  const describe = async (image: Image): Promise<SemanticFeatures> => {
    const input = planesOf(image, spec);
    const dims = [1, input.channels, SIDE, SIDE];
    const found = await session.run({ image: { dims, data: input.data } });
    const maps = spec.outputs.map(({ name: output, stride, origin }) => {
      const { dims: size, data } = found[output];
      const map = { channels: size[1], height: size[2], width: size[3], data };
      return toUnitVectors(onCells(map, cells, stride, origin));
    });
    const data = Float32Array.from(maps.flatMap((map) => [...map.data]));
    const channels = maps.reduce((sum, map) => sum + map.channels, 0);
    const map = toUnitVectors({ channels, height: cells, width: cells, data });
    return { ...(await describeSemantic(model, image)), map };
  };
  return { describe, dispose: () => session.dispose() };
}

function planesOf(image: Image, { grey, range }: TrunkSpec): FeatureMap {
  const { data: colour } = resizePlanes(imagePlanes(image, 1, range), SIDE, SIDE);
  if (!grey) return { channels: 3, height: SIDE, width: SIDE, data: colour };
  const area = SIDE * SIDE;
  const values = Float32Array.from(
    { length: area },
    (_, i) => 0.299 * colour[i] + 0.587 * colour[area + i] + 0.114 * colour[2 * area + i],
  );
  return { channels: 1, height: SIDE, width: SIDE, data: values };
}

/** A map looked up where the cells lie, its border repeated. */
function onCells(map: FeatureMap, cells: number, stride: number, origin: number): FeatureMap {
  const place = (cell: number, count: number): number =>
    Math.min(Math.max(((cell * (SIDE - 1)) / (cells - 1) - origin) / stride, 0), count - 1);
  return sampleCells(map, cells, (x, y) => [place(x, map.width), place(y, map.height)], map.channels);
}
