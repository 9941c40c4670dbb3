import { describe, expect, it } from 'vitest';
import { minimumCut, minimumCutReference } from '../../../kernels/cut/index.ts';
import type { GridGraph } from '../../../kernels/cut/index.ts';
import { createRandom } from '../../../src/geometry/robust/random.ts';
import { compiled } from '../compiled.ts';

/** What a labelling costs: ties between different sides, and terminals on the wrong side. */
function costOf({ width, height, terminals, right, down }: GridGraph, side: ArrayLike<number>): number {
  let cost = 0;
  for (let k = 0; k < width * height; k++) {
    if (terminals[k] > 0 && side[k]) cost += terminals[k];
    if (terminals[k] < 0 && !side[k]) cost -= terminals[k];
    if ((k % width) + 1 < width && side[k] !== side[k + 1]) cost += right[k];
    if (k + width < width * height && side[k] !== side[k + width]) cost += down[k];
  }
  return cost;
}

describe.each([
  ['as defined', minimumCutReference],
  ['in WebAssembly', (graph: GridGraph) => compiled(() => minimumCut(graph))],
])('the minimum cut %s', (_, minimumCut) => {
  it('costs what the cheapest of all labellings of a small grid costs, 60 times', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = createRandom(seed);
      const draw = (least: number, most: number) =>
        Int32Array.from({ length: 9 }, () => least + Math.floor(random() * (most - least + 1)));
      const graph = { width: 3, height: 3, terminals: draw(-9, 9), right: draw(0, 7), down: draw(0, 7) };
      let best = Infinity;
      for (let labels = 0; labels < 1 << 9; labels++)
        best = Math.min(
          best,
          costOf(
            graph,
            Array.from({ length: 9 }, (_, k) => (labels >> k) & 1),
          ),
        );
      expect(costOf(graph, minimumCut(graph))).toBe(best);
    }
  });

  it('goes through the cheap column', () => {
    const [width, height] = [9, 5];
    const terminals = new Int32Array(45);
    for (let y = 0; y < height; y++) [terminals[y * width], terminals[y * width + 8]] = [1e6, -1e6];
    const right = Int32Array.from({ length: 45 }, (_, k) => (k % width === 5 ? 1 : 50));
    const side = minimumCut({ width, height, terminals, right, down: new Int32Array(45).fill(50) });
    expect([...side]).toEqual(Array.from({ length: 45 }, (_, k) => (k % width > 5 ? 1 : 0)));
  });
});

it.each([
  [1, 1],
  [1, 9],
  [2, 7],
  [50, 40],
  [130, 90],
])('the kernel cuts a grid of %i x %i where the definition does', (width, height) => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = createRandom(seed);
    const draw = (make: () => number) => Int32Array.from({ length: width * height }, make);
    const graph = {
      ...{ width, height },
      terminals: draw(() => (random() < 0.2 ? 0 : Math.floor(random() * 25) - 12)),
      right: draw(() => Math.floor(random() * random() * 40)),
      down: draw(() => Math.floor(random() * random() * 40)),
    };
    expect(compiled(() => minimumCut(graph))).toEqual(minimumCutReference(graph));
  }
});
