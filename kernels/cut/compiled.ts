/** The same search in WebAssembly: it visits the same nodes in the same order as the definition, at once at full speed. */

import * as built from '../built/cut.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import type { GridGraph } from './types.ts';

/** Bytes of a node. */
const NODE = 32;

/** Places at the start of the memory: both queues, the size of their rings less one, and where neighbours lie. */
const [ACTIVE, ORPHANS, MASK, OFFSETS] = [8, 24, 40, 48];
/** Where in a queue its ring is told. */
const RING = 8;

interface Kernel {
  /** Ties nodes from `node` on by values from `from` to `end`; `apart` bytes lie between the terminals and what is to the right, and between that and what is below. */
  build(node: number, from: number, end: number, apart: number): void;
  /** Puts nodes from `node` to `end` into the queue that may grow. */
  plant(node: number, end: number): void;
  search(): void;
  /** A byte from `out` on for each node from `node` to `end`. */
  tell(node: number, end: number, out: number): void;
}

const withKernel = kernelWithMemory<Kernel>(built);

/** @returns null where this cannot do it: no WebAssembly, or more than 2 GiB of nodes */
export function minimumCutWasm(graph: GridGraph): Uint8Array | null {
  const { width, height } = graph;
  const count = width * height;
  const ring = 2 ** Math.ceil(Math.log2(count + 1));
  const layout = createLayout('nodes');
  layout.place(16);
  const places = {
    // A frame of nodes without ties, so that every node has four neighbours.
    nodes: layout.place((NODE / 4) * (width + 2) * (height + 2)),
    values: layout.place(3 * count),
    rings: [layout.place(ring), layout.place(ring)],
  };
  return withKernel(layout.bytes(), (kernel, buffer) => cutIn(buffer, kernel, graph, places, ring));
}

interface Places {
  readonly nodes: number;
  readonly values: number;
  readonly rings: readonly number[];
}

function cutIn(
  buffer: ArrayBuffer,
  kernel: Kernel,
  { width, height, terminals, right, down }: GridGraph,
  { nodes, values, rings }: Places,
  ring: number,
): Uint8Array {
  const [count, row] = [width * height, (width + 2) * NODE];
  const [integers, bytes] = [new Int32Array(buffer), new Uint8Array(buffer)];
  bytes.fill(0, 0, nodes + row * (height + 2));
  integers.set([NODE, -NODE, row, -row], OFFSETS / 4);
  integers[MASK / 4] = ring - 1;
  integers[(ACTIVE + RING) / 4] = rings[0];
  integers[(ORPHANS + RING) / 4] = rings[1];
  [terminals, right, down].forEach((list, k) => {
    integers.set(list, values / 4 + k * count);
  });
  // What is said of neighbours beyond the edge does not count.
  for (let y = 1; y <= height; y++) integers[values / 4 + count + y * width - 1] = 0;
  integers.fill(0, values / 4 + 3 * count - width, values / 4 + 3 * count);
  const firstOf = (y: number): number => nodes + (y + 1) * row + NODE;
  for (let y = 0; y < height; y++) {
    const from = values + 4 * y * width;
    kernel.build(firstOf(y), from, from + 4 * width, 4 * count);
  }
  for (let y = 0; y < height; y++) kernel.plant(firstOf(y), firstOf(y) + width * NODE);
  kernel.search();
  for (let y = 0; y < height; y++) kernel.tell(firstOf(y), firstOf(y) + width * NODE, values + y * width);
  return bytes.slice(values, values + count);
}
