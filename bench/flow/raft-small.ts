/** RAFT-small with its authors' weights in ONNX Runtime, a yardstick of the flow bench. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imagePlanes } from '../../kernels/resample/index.ts';
import type { FlowField, Image } from '../../src/index.ts';
import { createSession } from '../../src/runtime/index.ts';
import { DATA, findData } from '../data/folder.ts';

/** Where the weights lie in the data; they are for measuring alone. */
export const RAFT_WEIGHTS = 'weights/raft-small.pth';
const EXPORTER = fileURLToPath(new URL('raft_small.py', import.meta.url));
const GRAPHS = fileURLToPath(new URL('../../out/bench', import.meta.url));

/** The network, held until `dispose`. */
export interface RaftSmall {
  /** Of its weights and of the code that wrote the graph. */
  readonly key: string;
  estimate(imageA: Image, imageB: Image): Promise<FlowField>;
  dispose(): Promise<void>;
}

/** The first 12 digits of the hash of the files. */
export function hashFiles(...paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}

const graphPath = (key: string): string => join(GRAPHS, `raft-small-${key}.onnx`);

/** The graph of the weights in the data, or undefined where it has not been written yet. */
export function findRaftGraph(): string | undefined {
  const weights = findData(RAFT_WEIGHTS);
  const graph = weights && graphPath(hashFiles(weights, EXPORTER));
  return graph && existsSync(graph) ? graph : undefined;
}

/**
 * Writes the graph where it is not there yet.
 *
 * @throws Error where Python lacks what it takes, or the graph does not compute what PyTorch does
 */
function prepareGraph(weights: string, graph: string): void {
  if (existsSync(graph)) return;
  mkdirSync(GRAPHS, { recursive: true });
  const { status } = spawnSync('python3', [EXPORTER, weights, graph], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0)
    throw new Error(`Expected raft_small.py to write ${graph} but it failed; see its message above`);
}

/** Loads the network from the weights in the data. Images may have any size from 128 x 128 on. */
export async function loadRaftSmall(threads: number): Promise<RaftSmall> {
  const weights = join(DATA, RAFT_WEIGHTS);
  const key = hashFiles(weights, EXPORTER);
  const graph = graphPath(key);
  prepareGraph(weights, graph);
  const session = await createSession(readFileSync(graph), 'RAFT-small', { threads, arena: true });
  return {
    key,
    async estimate(imageA, imageB) {
      const [a, b] = [imageA, imageB].map((image) => {
        const { channels, height, width, data } = imagePlanes(image, 1, [0, 255]);
        return { dims: [1, channels, height, width], data };
      });
      const { flow } = await session.run({ imageA: a, imageB: b });
      return { width: imageA.width, height: imageA.height, data: flow.data };
    },
    dispose: () => session.dispose(),
  };
}
