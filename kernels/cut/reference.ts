/**
 * The least cut of a grid between a source and a sink, by Boykov and Kolmogorov's search trees (2004): trees grow
 * from both ends, each time they meet the path is filled, and nodes cut off by that look for a new parent.
 */

import type { GridGraph } from './types.ts';

const [FREE, SOURCE, SINK] = [0, 1, 2];
const [NONE, TERMINAL, ORPHAN] = [-1, 4, 5];

/** The definition of `minimumCut`. */
export function minimumCutReference(graph: GridGraph): Uint8Array {
  const solver = new GridCut(graph);
  solver.run();
  return solver.sinkSide();
}

class GridCut {
  private readonly width: number;
  private readonly height: number;
  /** Nodes a row: the grid lies in a frame of nodes without ties, so that every node has four neighbours. */
  private readonly stride: number;
  private readonly offsets: Int32Array;
  /** What each node may still send to the right, left, down, up: four values a node. */
  private readonly capacity: Int32Array;
  private readonly terminal: Int32Array;
  private readonly tree: Uint8Array;
  /** The direction in which the parent lies. */
  private readonly parent: Int8Array;
  private readonly stamp: Int32Array;
  private readonly distance: Int32Array;
  private readonly queued: Uint8Array;
  private active: number[] = [];
  private head = 0;
  private orphans: number[] = [];
  private time = 0;

  constructor({ width, height, terminals, right, down }: GridGraph) {
    this.width = width;
    this.height = height;
    this.stride = width + 2;
    const size = this.stride * (height + 2);
    this.offsets = Int32Array.of(1, -1, this.stride, -this.stride);
    this.capacity = new Int32Array(4 * size);
    this.terminal = new Int32Array(size);
    this.tree = new Uint8Array(size);
    this.parent = new Int8Array(size).fill(NONE);
    this.stamp = new Int32Array(size);
    this.distance = new Int32Array(size);
    this.queued = new Uint8Array(size);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = y * width + x;
        const node = this.nodeAt(x, y);
        this.terminal[node] = terminals[from];
        if (x < width - 1) this.tie(node, 0, right[from]);
        if (y < height - 1) this.tie(node, 2, down[from]);
      }
  }

  private nodeAt(x: number, y: number): number {
    return (y + 1) * this.stride + x + 1;
  }

  private tie(node: number, direction: number, cost: number): void {
    this.capacity[4 * node + direction] = cost;
    this.capacity[4 * (node + this.offsets[direction]) + (direction ^ 1)] = cost;
  }

  run(): void {
    this.plantTrees();
    for (;;) {
      const node = this.nextActive();
      if (node < 0) return;
      this.grow(node);
    }
  }

  /** All nodes with a terminal are of its tree at first; those among their like alone cannot grow. */
  private plantTrees(): void {
    const { terminal, tree, parent, distance, stride, width, height } = this;
    for (let node = 0; node < terminal.length; node++) {
      if (terminal[node] === 0) continue;
      tree[node] = terminal[node] > 0 ? SOURCE : SINK;
      parent[node] = TERMINAL;
      distance[node] = 1;
    }
    for (let y = 1; y <= height; y++)
      for (let node = y * stride + 1; node <= y * stride + width; node++) {
        const own = tree[node];
        if (own === FREE) continue;
        const alike =
          tree[node + 1] === own &&
          tree[node - 1] === own &&
          tree[node + stride] === own &&
          tree[node - stride] === own;
        if (!alike) this.activate(node);
      }
  }

  private activate(node: number): void {
    if (this.queued[node]) return;
    this.queued[node] = 1;
    this.active.push(node);
  }

  private nextActive(): number {
    while (this.head < this.active.length) {
      const node = this.active[this.head++];
      this.queued[node] = 0;
      if (this.head > 65536 && this.head * 2 > this.active.length) {
        this.active = this.active.slice(this.head);
        this.head = 0;
      }
      if (this.tree[node] !== FREE) return node;
    }
    return -1;
  }

  /** Looks from an active node for free neighbours to take and nodes of the other tree to meet. */
  private grow(node: number): void {
    const { capacity, tree, parent, offsets } = this;
    for (let direction = 0; direction < 4; direction++) {
      for (;;) {
        const own = tree[node];
        if (own === FREE) return;
        const other = node + offsets[direction];
        const open = own === SOURCE ? capacity[4 * node + direction] : capacity[4 * other + (direction ^ 1)];
        if (open <= 0) break;
        if (tree[other] === FREE) {
          tree[other] = own;
          parent[other] = direction ^ 1;
          this.stamp[other] = this.stamp[node];
          this.distance[other] = this.distance[node] + 1;
          this.activate(other);
          break;
        }
        if (tree[other] === own) {
          this.shorten(node, other, direction);
          break;
        }
        this.time++;
        if (own === SOURCE) this.augment(node, other, direction);
        else this.augment(other, node, direction ^ 1);
        this.adopt();
        // The node may have more to give the same way.
      }
    }
  }

  /** Moves a neighbour of the same tree to this node where that brings it nearer to the terminal. */
  private shorten(node: number, other: number, direction: number): void {
    if (this.parent[other] === TERMINAL) return;
    if (this.stamp[other] <= this.stamp[node] && this.distance[other] > this.distance[node] + 1) {
      this.parent[other] = direction ^ 1;
      this.stamp[other] = this.stamp[node];
      this.distance[other] = this.distance[node] + 1;
    }
  }

  /** Fills the path from the source through `from -> to` to the sink as far as its narrowest tie allows. */
  private augment(from: number, to: number, direction: number): void {
    const { capacity, terminal, parent, offsets } = this;
    let least = capacity[4 * from + direction];
    for (let node = from; ; node += offsets[parent[node]]) {
      const way = parent[node];
      if (way === TERMINAL) {
        least = Math.min(least, terminal[node]);
        break;
      }
      least = Math.min(least, capacity[4 * (node + offsets[way]) + (way ^ 1)]);
    }
    for (let node = to; ; node += offsets[parent[node]]) {
      const way = parent[node];
      if (way === TERMINAL) {
        least = Math.min(least, -terminal[node]);
        break;
      }
      least = Math.min(least, capacity[4 * node + way]);
    }
    capacity[4 * from + direction] -= least;
    capacity[4 * to + (direction ^ 1)] += least;
    this.fillTowardsSource(from, least);
    this.fillTowardsSink(to, least);
  }

  private fillTowardsSource(from: number, amount: number): void {
    const { capacity, terminal, parent, offsets } = this;
    for (let node = from; ;) {
      const way = parent[node];
      if (way === TERMINAL) {
        terminal[node] -= amount;
        if (terminal[node] === 0) this.disown(node);
        return;
      }
      const above = node + offsets[way];
      capacity[4 * above + (way ^ 1)] -= amount;
      capacity[4 * node + way] += amount;
      if (capacity[4 * above + (way ^ 1)] === 0) this.disown(node);
      node = above;
    }
  }

  private fillTowardsSink(to: number, amount: number): void {
    const { capacity, terminal, parent, offsets } = this;
    for (let node = to; ;) {
      const way = parent[node];
      if (way === TERMINAL) {
        terminal[node] += amount;
        if (terminal[node] === 0) this.disown(node);
        return;
      }
      const below = node + offsets[way];
      capacity[4 * node + way] -= amount;
      capacity[4 * below + (way ^ 1)] += amount;
      if (capacity[4 * node + way] === 0) this.disown(node);
      node = below;
    }
  }

  private disown(node: number): void {
    this.parent[node] = ORPHAN;
    this.orphans.push(node);
  }

  /** Finds orphans new parents of their tree, or sets them free and their children too. */
  private adopt(): void {
    for (let k = 0; k < this.orphans.length; k++) {
      const node = this.orphans[k];
      const way = this.findParent(node);
      if (way === NONE) this.release(node);
      else this.parent[node] = way;
    }
    this.orphans = [];
  }

  /** The direction of the nearest rooted neighbour of the same tree that can feed the node. */
  private findParent(node: number): number {
    const { capacity, tree, parent, offsets } = this;
    const own = tree[node];
    let best = NONE;
    let nearest = 0x7fffffff;
    for (let direction = 0; direction < 4; direction++) {
      const other = node + offsets[direction];
      if (tree[other] !== own || parent[other] === ORPHAN || parent[other] === NONE) continue;
      const open = own === SOURCE ? capacity[4 * other + (direction ^ 1)] : capacity[4 * node + direction];
      if (open <= 0) continue;
      const steps = this.stepsToRoot(other);
      if (steps < nearest) {
        nearest = steps;
        best = direction;
      }
    }
    if (best !== NONE) {
      this.stamp[node] = this.time;
      this.distance[node] = nearest + 1;
    }
    return best;
  }

  /** Steps from a node to its terminal; a great number where an orphan stands between. */
  private stepsToRoot(start: number): number {
    const { stamp, parent, offsets, distance, time } = this;
    let steps = 0;
    let node = start;
    for (;;) {
      if (stamp[node] === time) {
        steps += distance[node];
        break;
      }
      const way = parent[node];
      if (way === ORPHAN || way === NONE) return 0x7fffffff;
      steps++;
      if (way === TERMINAL) {
        stamp[node] = time;
        distance[node] = 1;
        break;
      }
      node += offsets[way];
    }
    let remaining = steps;
    for (let walked = start; stamp[walked] !== time; walked += offsets[parent[walked]]) {
      stamp[walked] = time;
      distance[walked] = remaining--;
    }
    return steps;
  }

  private release(node: number): void {
    const { capacity, tree, parent, offsets } = this;
    const own = tree[node];
    for (let direction = 0; direction < 4; direction++) {
      const other = node + offsets[direction];
      if (tree[other] !== own) continue;
      const open = own === SOURCE ? capacity[4 * other + (direction ^ 1)] : capacity[4 * node + direction];
      if (open > 0) this.activate(other);
      const way = parent[other];
      if (way >= 0 && way < TERMINAL && other + offsets[way] === node) this.disown(other);
    }
    tree[node] = FREE;
    parent[node] = NONE;
  }

  sinkSide(): Uint8Array {
    const side = new Uint8Array(this.width * this.height);
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++)
        side[y * this.width + x] = this.tree[this.nodeAt(x, y)] === SINK ? 1 : 0;
    return side;
  }
}
