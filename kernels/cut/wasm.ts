/** The same search in WebAssembly: it visits the same nodes in the same order as the definition, at once at full speed. */

import { i32, get, set } from '../wasm/code.ts';
import * as w from '../wasm/code.ts';
import type { Code, FunctionSource, Local } from '../wasm/code.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import type { GridGraph } from './types.ts';

/**
 * A node: what it may still send to the right, left, down and up, the rest of its terminal, when it last knew its
 * distance to that and what it was, and in single bytes its tree, the way to its parent and whether it is in the queue.
 */
const NODE = 32;
const [CAPACITY, TERMINAL, STAMP, DISTANCE, TREE, PARENT, QUEUED] = [0, 16, 20, 24, 28, 29, 30];

const [FREE, SOURCE, SINK] = [0, 1, 2];
/** Ways to a parent beyond the four directions. */
const [ROOT, ORPHAN, NONE] = [4, 5, 6];
const FAR = 0x7fffffff;

/** Places at the start of the memory. */
const [TIME, RESULT, ACTIVE, ORPHANS, MASK, OFFSETS] = [0, 4, 8, 24, 40, 48];
/** Of a queue: places taken and filled so far, and where its ring lies. */
const [HEAD, TAIL, RING] = [0, 4, 8];

/** Functions of the module, in the order in which they call each other. */
const [ACTIVATE, DISOWN, STEPS, RELEASE, ADOPT, AUGMENT, GROW] = [0, 1, 2, 3, 4, 5, 6];

interface Kernel {
  /** Ties nodes from `node` on by values from `from` to `end`; `apart` bytes lie between the terminals and what is to the right, and between that and what is below. */
  build(node: number, from: number, end: number, apart: number): void;
  /** Puts nodes from `node` to `end` into the queue that may grow. */
  plant(node: number, end: number): void;
  search(): void;
  /** A byte from `out` on for each node from `node` to `end`. */
  tell(node: number, end: number, out: number): void;
}

const at = (place: number): Code => i32.load(w.constant(0), place);
const put = (place: number, value: Code): Code => i32.store(w.constant(0), value, place);
const is = (value: Code, other: number): Code => w.equal(value, w.constant(other));
const plus = (value: Code, amount: number): Code => w.add(value, w.constant(amount));
const treeOf = (node: Local): Code => i32.loadByte(get(node), TREE);
const parentOf = (node: Local): Code => i32.loadByte(get(node), PARENT);
/** The neighbour of a node in a direction, and the direction back. */
const beside = (node: Local, direction: Code): Code =>
  w.add(get(node), i32.load(w.shiftLeft(direction, w.constant(2)), OFFSETS));
const back = (direction: Local): Code => w.xor(get(direction), w.constant(1));
/** Where a node keeps what it may send in a direction. */
const capacity = (node: Local, direction: Code): Code =>
  w.add(get(node), w.shiftLeft(direction, w.constant(2)));
const change = (address: Code, place: number, value: (old: Code) => Code): Code =>
  i32.store(address, value(i32.load(address, place)), place);

function define(
  name: string,
  parameters: number,
  body: (...locals: Local[]) => Code,
  more = 0,
): FunctionSource {
  const locals = w.createLocals(parameters);
  const own = Array.from({ length: more }, () => locals.integer());
  return { name, locals, body: body(...Array.from({ length: parameters }, (_, k) => k), ...own) };
}

const slot = (queue: number, end: number): Code =>
  w.add(at(queue + RING), w.shiftLeft(w.and(at(queue + end), at(MASK)), w.constant(2)));
const push = (queue: number, node: Local): Code => [
  ...i32.store(slot(queue, TAIL), get(node)),
  ...put(queue + TAIL, plus(at(queue + TAIL), 1)),
];
const pull = (queue: number, node: Local): Code => [
  ...set(node, i32.load(slot(queue, HEAD))),
  ...put(queue + HEAD, plus(at(queue + HEAD), 1)),
];
/** Runs `body` on what is in a queue until that is empty. */
const drain = (queue: number, node: Local, body: Code): Code =>
  w.loopWhile(w.notEqual(at(queue + HEAD), at(queue + TAIL)), [...pull(queue, node), ...body]);

const activate = define('activate', 1, (node) =>
  w.when(w.isZero(i32.loadByte(get(node), QUEUED)), [
    ...i32.storeByte(get(node), w.constant(1), QUEUED),
    ...push(ACTIVE, node),
  ]),
);

const disown = define('disown', 1, (node) => [
  ...i32.storeByte(get(node), w.constant(ORPHAN), PARENT),
  ...push(ORPHANS, node),
]);

/** Steps from a node to its terminal, as the result; {@link FAR} where an orphan stands between. */
const steps = define(
  'steps',
  1,
  (start, node, way, count) => [
    ...set(node, get(start)),
    ...w.repeat(
      w.when(
        w.equal(i32.load(get(node), STAMP), at(TIME)),
        set(count, w.add(get(count), i32.load(get(node), DISTANCE))),
        [
          ...set(way, parentOf(node)),
          ...w.when(w.atLeast(get(way), w.constant(ORPHAN)), [...put(RESULT, w.constant(FAR)), ...w.leave]),
          ...w.increase(count, 1),
          ...w.when(
            is(get(way), ROOT),
            [...i32.store(get(node), at(TIME), STAMP), ...i32.store(get(node), w.constant(1), DISTANCE)],
            [...set(node, beside(node, get(way))), ...w.again(2)],
          ),
        ],
      ),
    ),
    ...put(RESULT, get(count)),
    // All on the way know theirs from here on.
    ...w.loopWhile(w.notEqual(i32.load(get(start), STAMP), at(TIME)), [
      ...i32.store(get(start), at(TIME), STAMP),
      ...i32.store(get(start), get(count), DISTANCE),
      ...w.increase(count, -1),
      ...set(start, beside(start, parentOf(start))),
    ]),
  ],
  3,
);

/** What may still flow between a node and one beside it that would be its parent: from that in the source's tree, to it in the sink's. */
const fromParent = (own: Local, node: Local, other: Local, direction: Local, out: Local): Code =>
  w.when(
    is(get(own), SOURCE),
    set(out, i32.load(capacity(other, back(direction)), CAPACITY)),
    set(out, i32.load(capacity(node, get(direction)), CAPACITY)),
  );

const release = define(
  'release',
  1,
  (node, own, direction, other, open) => [
    ...set(own, treeOf(node)),
    ...w.loop(direction, w.constant(0), 4, 1, [
      ...set(other, beside(node, get(direction))),
      ...w.when(w.equal(treeOf(other), get(own)), [
        ...fromParent(own, node, other, direction, open),
        ...w.when(w.moreThan(get(open), w.constant(0)), w.call(ACTIVATE, get(other))),
        ...set(open, parentOf(other)),
        ...w.when(
          w.lessThan(get(open), w.constant(ROOT)),
          w.when(w.equal(beside(other, get(open)), get(node)), w.call(DISOWN, get(other))),
        ),
      ]),
    ]),
    ...i32.storeByte(get(node), w.constant(FREE), TREE),
    ...i32.storeByte(get(node), w.constant(NONE), PARENT),
  ],
  4,
);

/** Finds all orphans new parents, the nearest to the root of those that can feed them, or sets them free. */
const adopt = define(
  'adopt',
  0,
  (node, own, direction, other, open, best, nearest) =>
    drain(ORPHANS, node, [
      ...set(own, treeOf(node)),
      ...set(best, w.constant(NONE)),
      ...set(nearest, w.constant(FAR)),
      ...w.loop(direction, w.constant(0), 4, 1, [
        ...set(other, beside(node, get(direction))),
        ...w.when(w.equal(treeOf(other), get(own)), [
          ...fromParent(own, node, other, direction, open),
          ...w.when(
            w.and(w.moreThan(get(open), w.constant(0)), w.lessThan(parentOf(other), w.constant(ORPHAN))),
            [
              ...w.call(STEPS, get(other)),
              ...w.when(w.lessThan(at(RESULT), get(nearest)), [
                ...set(nearest, at(RESULT)),
                ...set(best, get(direction)),
              ]),
            ],
          ),
        ]),
      ]),
      ...w.when(is(get(best), NONE), w.call(RELEASE, get(node)), [
        ...i32.store(get(node), at(TIME), STAMP),
        ...i32.store(get(node), plus(get(nearest), 1), DISTANCE),
        ...i32.storeByte(get(node), get(best), PARENT),
      ]),
    ]),
  7,
);

const shrinkTo = (least: Local, value: Code, scratch: Local): Code => [
  ...set(scratch, value),
  ...w.when(w.lessThan(get(scratch), get(least)), set(least, get(scratch))),
];

/** Fills the path from the source through two neighbours to the sink as far as its narrowest tie allows. */
const augment = define(
  'augment',
  3,
  (from, to, direction, node, way, next, least, value) => {
    const { add, subtract } = w;
    /** What lies between a node and its parent, on the way from the source or to the sink. */
    const ways = {
      [SOURCE]: {
        given: () => capacity(next, back(way)),
        got: () => capacity(node, get(way)),
        sign: subtract,
      },
      [SINK]: { given: () => capacity(node, get(way)), got: () => capacity(next, back(way)), sign: add },
    };
    const toRoot = (start: Local, atRoot: Code, onTheWay: Code): Code => [
      ...set(node, get(start)),
      ...w.repeat([
        ...set(way, parentOf(node)),
        ...w.when(is(get(way), ROOT), atRoot, [
          ...set(next, beside(node, get(way))),
          ...onTheWay,
          ...set(node, get(next)),
          ...w.again(1),
        ]),
      ]),
    ];
    const narrow = (start: Local, tree: number): Code => {
      const rest = i32.load(get(node), TERMINAL);
      return toRoot(
        start,
        shrinkTo(least, tree === SOURCE ? rest : subtract(w.constant(0), rest), value),
        shrinkTo(least, i32.load(ways[tree].given()), value),
      );
    };
    const fill = (start: Local, tree: number): Code => {
      const { given, got, sign } = ways[tree];
      const unlessMore = w.when(w.isZero(get(value)), w.call(DISOWN, get(node)));
      return toRoot(
        start,
        [
          ...set(value, sign(i32.load(get(node), TERMINAL), get(least))),
          ...i32.store(get(node), get(value), TERMINAL),
          ...unlessMore,
        ],
        [
          ...set(value, subtract(i32.load(given()), get(least))),
          ...i32.store(given(), get(value)),
          ...change(got(), CAPACITY, (old) => add(old, get(least))),
          ...unlessMore,
        ],
      );
    };
    return [
      ...set(least, i32.load(capacity(from, get(direction)))),
      ...narrow(from, SOURCE),
      ...narrow(to, SINK),
      ...change(capacity(from, get(direction)), CAPACITY, (old) => subtract(old, get(least))),
      ...change(capacity(to, back(direction)), CAPACITY, (old) => add(old, get(least))),
      ...fill(from, SOURCE),
      ...fill(to, SINK),
    ];
  },
  5,
);

/** Looks from an active node for free neighbours to take and nodes of the other tree to meet. */
const grow = define(
  'grow',
  1,
  (node, direction, own, other, open, step) => {
    const isChild: Code = [
      ...i32.storeByte(get(other), back(direction), PARENT),
      ...i32.store(get(other), i32.load(get(node), STAMP), STAMP),
      ...i32.store(get(other), get(step), DISTANCE),
    ];
    /** Moves a neighbour of the same tree to this node where that brings it nearer to the terminal. */
    const shorten = w.when(
      w.notEqual(parentOf(other), w.constant(ROOT)),
      w.when(
        w.and(
          w.atMost(i32.load(get(other), STAMP), i32.load(get(node), STAMP)),
          w.moreThan(i32.load(get(other), DISTANCE), get(step)),
        ),
        isChild,
      ),
    );
    const meet: Code = [
      ...put(TIME, plus(at(TIME), 1)),
      ...w.when(
        is(get(own), SOURCE),
        w.call(AUGMENT, get(node), get(other), get(direction)),
        w.call(AUGMENT, get(other), get(node), back(direction)),
      ),
      ...w.call(ADOPT),
    ];
    return w.loop(direction, w.constant(0), 4, 1, [
      ...set(other, beside(node, get(direction))),
      ...w.repeat([
        ...set(own, treeOf(node)),
        ...w.when(is(get(own), FREE), w.leave),
        ...w.when(
          is(get(own), SOURCE),
          set(open, i32.load(capacity(node, get(direction)))),
          set(open, i32.load(capacity(other, back(direction)))),
        ),
        ...w.when(w.moreThan(get(open), w.constant(0)), [
          ...set(step, plus(i32.load(get(node), DISTANCE), 1)),
          ...w.when(
            is(treeOf(other), FREE),
            [...i32.storeByte(get(other), get(own), TREE), ...isChild, ...w.call(ACTIVATE, get(other))],
            w.when(
              w.equal(treeOf(other), get(own)),
              shorten,
              // The node may have more to give the same way.
              [...meet, ...w.again(3)],
            ),
          ),
        ]),
      ]),
    ]);
  },
  5,
);

const search = define(
  'search',
  0,
  (node) =>
    drain(ACTIVE, node, [
      ...i32.storeByte(get(node), w.constant(0), QUEUED),
      ...w.when(treeOf(node), w.call(GROW, get(node))),
    ]),
  1,
);

const build = define(
  'build',
  4,
  (node, from, end, apart, value) => {
    const tie = (direction: number): Code => [
      ...i32.store(get(node), get(value), CAPACITY + 4 * direction),
      ...i32.store(
        w.add(get(node), i32.load(w.constant(4 * direction), OFFSETS)),
        get(value),
        CAPACITY + 4 * (direction ^ 1),
      ),
    ];
    const root = (tree: number): Code => [
      ...i32.storeByte(get(node), w.constant(tree), TREE),
      ...i32.storeByte(get(node), w.constant(ROOT), PARENT),
      ...i32.store(get(node), w.constant(1), DISTANCE),
    ];
    return w.loopUntil(from, end, 4, [
      ...set(value, i32.load(get(from))),
      ...i32.store(get(node), get(value), TERMINAL),
      ...w.when(
        w.isZero(get(value)),
        i32.storeByte(get(node), w.constant(NONE), PARENT),
        w.when(w.moreThan(get(value), w.constant(0)), root(SOURCE), root(SINK)),
      ),
      ...set(value, i32.load(w.add(get(from), get(apart)))),
      ...tie(0),
      ...set(value, i32.load(w.add(w.add(get(from), get(apart)), get(apart)))),
      ...tie(2),
      ...w.increase(node, NODE),
    ]);
  },
  1,
);

/** Those among their like alone cannot grow. */
const plant = define(
  'plant',
  2,
  (node, end, direction, alike) =>
    w.loopUntil(node, end, NODE, [
      ...set(alike, w.isZero(treeOf(node))),
      ...w.when(w.isZero(get(alike)), [
        ...w.loop(direction, w.constant(0), 4, 1, [
          ...set(
            alike,
            w.add(get(alike), w.equal(i32.loadByte(beside(node, get(direction)), TREE), treeOf(node))),
          ),
        ]),
        ...w.when(w.notEqual(get(alike), w.constant(4)), w.call(ACTIVATE, get(node))),
      ]),
    ]),
  2,
);

const tell = define('tell', 3, (node, end, out) =>
  w.loopUntil(node, end, NODE, [...i32.storeByte(get(out), is(treeOf(node), SINK)), ...w.increase(out, 1)]),
);

const withKernel = kernelWithMemory<Kernel>(() => [
  ...[activate, disown, steps, release, adopt, augment, grow],
  ...[search, build, plant, tell],
]);

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
