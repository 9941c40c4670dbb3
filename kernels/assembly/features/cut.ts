/**
 * The least cut of a grid between a source and a sink, by Boykov and Kolmogorov's search trees (2004). It visits the same
 * nodes in the same order as the definition, kernels/cut/reference.ts.
 *
 * Directions are 0 to 3: right, left, down, up; a direction with its last bit turned is the way back.
 */

/** A node of 32 bytes, which begins with what it may still send in each of the four directions, as i32. */
@unmanaged
class Node {
  right: i32;
  left: i32;
  down: i32;
  up: i32;
  /** What is left of its tie to the source, or, below 0, to the sink. */
  terminal: i32;
  /** When it last knew its distance to the terminal, and what that was. */
  stamp: i32;
  distance: i32;
  tree: u8;
  /** The direction of its parent, or one of the ways below. */
  parent: u8;
  /** Whether it is in the queue of the active. */
  queued: u8;
}

const NODE: usize = 32;

/** Trees. */
const FREE: i32 = 0;
const SOURCE: i32 = 1;
const SINK: i32 = 2;

/** Ways to a parent beyond the four directions. */
const ROOT: i32 = 4;
const ORPHAN: i32 = 5;
const NONE: i32 = 6;

/** More steps than any way to a terminal has. */
const FAR: i32 = 0x7fffffff;

/** A ring of nodes: places taken and filled so far, and where it lies. */
@unmanaged
class Queue {
  head: u32;
  tail: u32;
  ring: usize;
}

/** Places at the start of the memory: the time, both queues, the size of their rings less one, the four neighbours. */
const TIME: usize = 0;
const ACTIVE: usize = 8;
const ORPHANS: usize = 24;
const MASK: usize = 40;
const OFFSETS: usize = 48;

function at(node: usize): Node {
  return changetype<Node>(node);
}

function time(): i32 {
  return load<i32>(TIME);
}

/** The neighbour of a node in a direction. */
function beside(node: usize, direction: usize): usize {
  return node + load<i32>(4 * direction, OFFSETS);
}

/** What a node may still send in a direction. */
function capacity(node: usize, direction: usize): i32 {
  return load<i32>(node + 4 * direction);
}

function addCapacity(node: usize, direction: usize, amount: i32): void {
  const place = node + 4 * direction;
  store<i32>(place, load<i32>(place) + amount);
}

function slot(queue: Queue, place: u32): usize {
  return queue.ring + 4 * (place & load<u32>(MASK));
}

function push(queue: Queue, node: usize): void {
  store<usize>(slot(queue, queue.tail++), node);
}

/** The next of a queue; 0 where it is empty. */
function pull(queue: Queue): usize {
  if (queue.head === queue.tail) return 0;
  return load<usize>(slot(queue, queue.head++));
}

function activate(node: usize): void {
  if (at(node).queued) return;
  at(node).queued = 1;
  push(changetype<Queue>(ACTIVE), node);
}

function disown(node: usize): void {
  at(node).parent = ORPHAN as u8;
  push(changetype<Queue>(ORPHANS), node);
}

/** Steps from a node to its terminal; `FAR` where an orphan stands between. */
function stepsToRoot(start: usize): i32 {
  const now = time();
  let steps = 0;
  let node = start;
  for (;;) {
    if (at(node).stamp === now) {
      steps += at(node).distance;
      break;
    }
    const way: i32 = at(node).parent;
    if (way >= ORPHAN) return FAR;
    steps++;
    if (way === ROOT) {
      at(node).stamp = now;
      at(node).distance = 1;
      break;
    }
    node = beside(node, way);
  }
  // All on the way know theirs from here on.
  let left = steps;
  for (let walked = start; at(walked).stamp !== now; walked = beside(walked, at(walked).parent)) {
    at(walked).stamp = now;
    at(walked).distance = left--;
  }
  return steps;
}

/** What may still flow between a node and one beside it that would be its parent: from that in the source's tree, to it in the sink's. */
function fromParent(tree: i32, node: usize, other: usize, direction: usize): i32 {
  return tree === SOURCE ? capacity(other, direction ^ 1) : capacity(node, direction);
}

/** Sets a node free, and its children too. */
function release(node: usize): void {
  const tree: i32 = at(node).tree;
  for (let direction: usize = 0; direction < 4; direction++) {
    const other = beside(node, direction);
    if (at(other).tree !== tree) continue;
    if (fromParent(tree, node, other, direction) > 0) activate(other);
    const way: i32 = at(other).parent;
    if (way < ROOT && beside(other, way) === node) disown(other);
  }
  at(node).tree = FREE as u8;
  at(node).parent = NONE as u8;
}

/** Finds all orphans new parents, the nearest to the root of those that can feed them, or sets them free. */
function adopt(): void {
  for (let node: usize; (node = pull(changetype<Queue>(ORPHANS)));) {
    const tree: i32 = at(node).tree;
    let best: usize = NONE;
    let nearest = FAR;
    for (let direction: usize = 0; direction < 4; direction++) {
      const other = beside(node, direction);
      if (at(other).tree !== tree || (at(other).parent as i32) >= ORPHAN) continue;
      if (fromParent(tree, node, other, direction) <= 0) continue;
      const steps = stepsToRoot(other);
      if (steps < nearest) {
        nearest = steps;
        best = direction;
      }
    }
    if (best === NONE) release(node);
    else {
      at(node).stamp = time();
      at(node).distance = nearest + 1;
      at(node).parent = best as u8;
    }
  }
}

/** Fills the path from the source through two neighbours to the sink as far as its narrowest tie allows. */
function augment(from: usize, to: usize, direction: usize): void {
  let least = capacity(from, direction);
  let node = from;
  for (let way: usize; (way = at(node).parent) !== ROOT; node = beside(node, way))
    least = min(least, capacity(beside(node, way), way ^ 1));
  least = min(least, at(node).terminal);
  node = to;
  for (let way: usize; (way = at(node).parent) !== ROOT; node = beside(node, way))
    least = min(least, capacity(node, way));
  least = min(least, -at(node).terminal);
  addCapacity(from, direction, -least);
  addCapacity(to, direction ^ 1, least);
  fillFromSource(from, least);
  fillToSink(to, least);
}

function fillFromSource(node: usize, amount: i32): void {
  for (let way: usize; (way = at(node).parent) !== ROOT;) {
    const above = beside(node, way);
    addCapacity(above, way ^ 1, -amount);
    addCapacity(node, way, amount);
    if (!capacity(above, way ^ 1)) disown(node);
    node = above;
  }
  if (!(at(node).terminal -= amount)) disown(node);
}

function fillToSink(node: usize, amount: i32): void {
  for (let way: usize; (way = at(node).parent) !== ROOT;) {
    const below = beside(node, way);
    addCapacity(node, way, -amount);
    addCapacity(below, way ^ 1, amount);
    if (!capacity(node, way)) disown(node);
    node = below;
  }
  if (!(at(node).terminal += amount)) disown(node);
}

/** Makes `other` a child of the node that lies back from it. */
function takeChild(other: usize, node: usize, direction: usize): void {
  at(other).parent = (direction ^ 1) as u8;
  at(other).stamp = at(node).stamp;
  at(other).distance = at(node).distance + 1;
}

/** Moves a neighbour of the same tree to this node where that brings it nearer to the terminal. */
function shorten(node: usize, other: usize, direction: usize): void {
  if (at(other).parent === ROOT) return;
  if (at(other).stamp <= at(node).stamp && at(other).distance > at(node).distance + 1)
    takeChild(other, node, direction);
}

/** Where both trees meet, fills the path until a tie of it is full, and adopts those that this cut off. */
function meet(tree: i32, node: usize, other: usize, direction: usize): void {
  store<i32>(TIME, time() + 1);
  if (tree === SOURCE) augment(node, other, direction);
  else augment(other, node, direction ^ 1);
  adopt();
}

/** Looks from an active node for free neighbours to take and nodes of the other tree to meet. */
function grow(node: usize): void {
  for (let direction: usize = 0; direction < 4; direction++) {
    const other = beside(node, direction);
    // After a meeting the node may have more to give the same way.
    for (;;) {
      const tree: i32 = at(node).tree;
      if (tree === FREE) return;
      const open = tree === SOURCE ? capacity(node, direction) : capacity(other, direction ^ 1);
      if (open <= 0) break;
      if (at(other).tree === FREE) {
        at(other).tree = tree as u8;
        takeChild(other, node, direction);
        activate(other);
        break;
      }
      if (at(other).tree === tree) {
        shorten(node, other, direction);
        break;
      }
      meet(tree, node, other, direction);
    }
  }
}

/** Finds the cut. */
export function search(): void {
  for (let node: usize; (node = pull(changetype<Queue>(ACTIVE)));) {
    at(node).queued = 0;
    if (at(node).tree !== FREE) grow(node);
  }
}

/**
 * Ties nodes from `node` on by values from `from` to `end`; `apart` bytes lie between the terminals and what is to the
 * right, and between that and what is below.
 */
export function build(node: usize, from: usize, end: usize, apart: usize): void {
  for (; from < end; from += 4, node += NODE) {
    plantTerminal(at(node), load<i32>(from));
    tie(node, 0, load<i32>(from + apart));
    tie(node, 2, load<i32>(from + 2 * apart));
  }
}

function plantTerminal(node: Node, terminal: i32): void {
  node.terminal = terminal;
  node.parent = (terminal ? ROOT : NONE) as u8;
  if (!terminal) return;
  node.tree = (terminal > 0 ? SOURCE : SINK) as u8;
  node.distance = 1;
}

function tie(node: usize, direction: usize, cost: i32): void {
  store<i32>(node + 4 * direction, cost);
  store<i32>(beside(node, direction) + 4 * (direction ^ 1), cost);
}

/** Puts nodes from `node` to `end` into the queue that may grow: those among their like alone cannot. */
export function plant(node: usize, end: usize): void {
  for (; node < end; node += NODE) {
    const tree: i32 = at(node).tree;
    if (tree === FREE) continue;
    for (let direction: usize = 0; direction < 4; direction++)
      if (at(beside(node, direction)).tree !== tree) {
        activate(node);
        break;
      }
  }
}

/** A byte from `out` on for each node from `node` to `end`: 1 on the sink's side. */
export function tell(node: usize, end: usize, out: usize): void {
  for (; node < end; node += NODE, out++) store<u8>(out, at(node).tree === SINK ? 1 : 0);
}
