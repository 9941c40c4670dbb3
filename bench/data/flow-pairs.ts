/** Pairs of images with known flow: Middlebury, MPI-Sintel (cave_2), FlyingChairs and Middlebury's stereo pairs. */

import { join } from 'node:path';
import { readFlow, readImage } from '../../src/index.ts';
import type { FlowField, Image } from '../../src/index.ts';
import { readDisparity } from './disparity.ts';
import { DATA, findData } from './folder.ts';

/** Where a pair lies. */
export interface PairFiles {
  readonly set: string;
  readonly name: string;
  readonly a: string;
  readonly b: string;
  /** The true flow, or the disparity that it is made of. */
  readonly flow: string;
  /** Levels a pixel, where the truth is a disparity. */
  readonly scale?: number;
}

/** Two images with the true flow between them. */
export interface FlowPair extends PairFiles {
  readonly imageA: Image;
  readonly imageB: Image;
  readonly truth: FlowField;
}

const middlebury = ['Grove2', 'RubberWhale', 'Urban2', 'Venus'].map((scene) => ({
  ...{ set: 'middlebury', name: scene },
  a: `middlebury-flow/frames/${scene}/frame10.png`,
  b: `middlebury-flow/frames/${scene}/frame11.png`,
  flow: `middlebury-flow/gt/${scene}/flow10.flo`,
}));

const sintel = ['clean', 'final'].map((pass) => ({
  ...{ set: `sintel-${pass}`, name: 'medium' },
  a: `sintel-faldoi/${pass}/medium/frame_0002.png`,
  b: `sintel-faldoi/${pass}/medium/frame_0003.png`,
  flow: `sintel-faldoi/${pass}/medium/gt/frame_0002.flo`,
}));

const chairs = [0, 1, 2, 3].map((i) => ({
  ...{ set: 'chairs', name: `f${i}` },
  a: `flyingchairs-samples/flownet2/000000${i}-img0.ppm`,
  b: `flyingchairs-samples/flownet2/000000${i}-img1.ppm`,
  flow: `flyingchairs-samples/flownet2/000000${i}-gt.flo`,
}));

const stereo = [
  { name: 'cones', a: 'cones-left.png', b: 'cones-right.png', flow: 'cones-disparity-x4.png', scale: 4 },
  { name: 'Adirondack', a: 'Adirondack_left.png', b: 'Adirondack_right.png', flow: 'Adirondack_gt.png' },
  { name: 'motorcycle', a: 'motorcycle_left.png', b: 'motorcycle_right.png', flow: 'motorcycle_disp.npz' },
  { name: 'aloe', a: 'aloeL.jpg', b: 'aloeR.jpg', flow: 'aloeGT.png' },
].map(({ name, a, b, flow, scale = 1 }) => ({
  ...{ set: 'stereo', name, scale },
  ...{ a: `stereo/${a}`, b: `stereo/${b}`, flow: `stereo/${flow}` },
}));

const ALL: readonly PairFiles[] = [...middlebury, ...sintel, ...chairs, ...stereo];

/** The pairs whose files are all there, with full paths. */
export const listFlowPairs = (): PairFiles[] =>
  ALL.filter(({ a, b, flow }) => [a, b, flow].every(findData)).map((pair) => ({
    ...pair,
    ...{ a: join(DATA, pair.a), b: join(DATA, pair.b), flow: join(DATA, pair.flow) },
  }));

const readTruth = ({ flow, scale }: PairFiles): Promise<FlowField> =>
  scale === undefined ? readFlow(flow) : readDisparity(flow, scale);

/** Reads the pairs that are there; those that are absent are named on the console. */
export async function readFlowPairs(): Promise<FlowPair[]> {
  const files = listFlowPairs();
  for (const set of new Set(ALL.map((pair) => pair.set)))
    if (!files.some((pair) => pair.set === set))
      console.log(`Left out: the set ${set}, which ${DATA} lacks (see bench/data.md)`);
  return Promise.all(
    files.map(async (pair) => ({
      ...pair,
      imageA: await readImage(pair.a),
      imageB: await readImage(pair.b),
      truth: await readTruth(pair),
    })),
  );
}

/** Pixels of all pairs, in millions. */
export const megapixels = (pairs: readonly FlowPair[]): number =>
  pairs.reduce((sum, { imageA }) => sum + imageA.width * imageA.height, 0) / 1e6;
