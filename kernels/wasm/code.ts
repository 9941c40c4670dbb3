/**
 * An assembler for the little of WebAssembly that the kernels need: code is a list of bytes, and every
 * function here returns some. Operands come before their operator, as in the binary format
 * (WebAssembly core specification 2.0, section 5).
 */

/** Bytes, and lists of them that are put in when all is assembled: copying them at every step takes long. */
export type Code = readonly (number | Code)[];

/** A local variable or parameter, by its index. */
export type Local = number;

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest ? low | 0x80 : low);
  } while (rest);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [a, ...opcode];

const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [a, b, ...opcode];

const vector = (operation: number) => [0xfd, ...unsigned(operation)];

export const get = (local: Local): Code => [0x20, ...unsigned(local)];
export const set = (local: Local, value: Code): Code => [value, 0x21, ...unsigned(local)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const constantF32 = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const add = binary(0x6a);
export const multiply = binary(0x6c);
export const divide = binary(0x6e);
export const remainder = binary(0x70);
export const subtract = binary(0x6b);
export const and = binary(0x71);
export const xor = binary(0x73);
export const shiftLeft = binary(0x74);
export const isZero = unary(0x45);
export const equal = binary(0x46);
export const notEqual = binary(0x47);
export const moreThan = binary(0x4a);
export const atMost = binary(0x4c);
export const atLeast = binary(0x4e);
export const lessThan = binary(0x48);
export const lessUnsigned = binary(0x49);
export const multiplyF32 = binary(0x94);

/** `local += amount`, and `value * factor + base`, the two sums that addresses are made of. */
export const increase = (local: Local, amount: number): Code => set(local, add(get(local), constant(amount)));
export const offset = (base: Code, value: Code, factor: number): Code =>
  add(base, multiply(value, constant(factor)));

/** The alignment hint is left at one byte: vectors start at any multiple of four. */
const memory = (opcode: readonly number[], at: number): number[] => [...opcode, 0, ...unsigned(at)];

export const i32 = {
  loadByte: (address: Code, at = 0): Code => [address, ...memory([0x2d], at)],
  store: (address: Code, value: Code, at = 0): Code => [address, value, ...memory([0x36], at)],
  storeByte: (address: Code, value: Code, at = 0): Code => [address, value, ...memory([0x3a], at)],
  load: (address: Code, at = 0): Code => [address, ...memory([0x28], at)],
  /** Reads and writes that other threads see in their order; the address is a multiple of four. */
  atomicLoad: (address: Code, at = 0): Code => [address, 0xfe, 0x10, 2, ...unsigned(at)],
  atomicStore: (address: Code, value: Code, at = 0): Code => [
    address,
    value,
    ...[0xfe, 0x17, 2, ...unsigned(at)],
  ],
  /** Sleeps for up to a tenth of a millisecond while the value, in shared memory, is `same`. */
  atomicWait: (address: Code, same: Code, at = 0): Code => [
    address,
    same,
    ...[0x42, ...signed(100_000), 0xfe, 0x01, 2, ...unsigned(at), 0x1a],
  ],
};

/** Leaves the function. */
export const leave: Code = [0x0f];

/** Runs `body`, and again where that says so. */
export const repeat = (body: Code): Code => [0x03, 0x40, body, 0x0b];

/** Begins the loop again that stands `depth` loops and conditions further out than the innermost. */
export const again = (depth: number): Code => [0x0c, ...unsigned(depth)];

/** Calls another function of the module, by its place among them; none has a result. */
export const call = (index: number, ...values: readonly Code[]): Code => [
  ...values,
  ...[0x10, ...unsigned(index)],
];

/** Sets bytes to 0. */
export const clear = (address: Code, bytes: number): Code => [
  address,
  ...constant(0),
  ...constant(bytes),
  ...[0xfc, 0x0b, 0x00],
];

/** Runs `body` again and again for as long as `condition`, asked before each time, holds. */
export const loopWhile = (condition: Code, body: Code): Code => [
  ...[0x03, 0x40, condition, 0x04, 0x40],
  ...[body, 0x0c, 1, 0x0b, 0x0b],
];

export const f32 = {
  add: binary(0x92),
  least: binary(0x96),
  load: (address: Code, at = 0): Code => [address, ...memory([0x2a], at)],
  store: (address: Code, value: Code, at = 0): Code => [address, value, ...memory([0x38], at)],
};

export const f32x4 = {
  zero: [...vector(12), ...new Array<number>(16).fill(0)] as Code,
  splat: (value: number): Code => [...constantF32(value), ...vector(19)],
  load: (address: Code, at = 0): Code => [address, ...memory(vector(0), at)],
  loadSplat: (address: Code, at = 0): Code => [address, ...memory(vector(9), at)],
  /** Two values into lanes 0 and 1 beside zeros, and into lanes 2 and 3 of what is there. */
  loadPair: (address: Code, at = 0): Code => [address, ...memory(vector(93), at)],
  loadSecondPair: (address: Code, first: Code, at = 0): Code => [
    address,
    first,
    ...[...memory(vector(87), at), 1],
  ],
  /** One value into lane 0 beside zeros, and into another lane of what is there. */
  loadFirst: (address: Code, at = 0): Code => [address, ...memory(vector(92), at)],
  loadLane: (address: Code, into: Code, lane: number, at = 0): Code => [
    address,
    into,
    ...[...memory(vector(86), at), lane],
  ],
  store: (address: Code, value: Code, at = 0): Code => [address, value, ...memory(vector(11), at)],
  storeLane: (address: Code, value: Code, lane: number, at = 0): Code => [
    address,
    value,
    ...memory(vector(90), at),
    lane,
  ],
  /** Stores lanes 0 and 1. */
  storePair: (address: Code, value: Code, at = 0): Code => [address, value, ...memory(vector(91), at), 0],
  /** Stores the first `count` lanes, 1 to 4. */
  storeFirst: (address: Code, value: Code, count: number, at = 0): Code => {
    if (count >= 4) return f32x4.store(address, value, at);
    if (count === 1) return f32x4.storeLane(address, value, 0, at);
    return [
      f32x4.storePair(address, value, at),
      ...(count === 3 ? f32x4.storeLane(address, value, 2, at + 8) : []),
    ];
  },
  /** Picks four lanes out of eight: 0 to 3 are those of `a`, 4 to 7 those of `b`. */
  shuffle: (a: Code, b: Code, lanes: readonly number[]): Code => [
    a,
    b,
    ...vector(13),
    ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
  ],
  /** The same value in all four lanes: lane `lane` of `a`. */
  spread: (a: Code, lane: number): Code => f32x4.shuffle(a, a, [lane, lane, lane, lane]),
  values: (a: number, b: number, c: number, d: number): Code => [
    ...vector(12),
    ...new Uint8Array(Float32Array.of(a, b, c, d).buffer),
  ],
  /** All bits set in the lanes where it holds; NaN holds nowhere. */
  atMost: binary(...vector(69)),
  /** The bits that both have: with a comparison, the value where that holds and 0 elsewhere. */
  and: binary(...vector(78)),
  /** The bits of `a` that `b` lacks. */
  without: binary(...vector(79)),
  or: binary(...vector(80)),
  equal: binary(...vector(65)),
  below: binary(...vector(67)),
  lane: (a: Code, lane: number): Code => [a, ...vector(31), lane],
  /** To the nearest integer, and down to the next. */
  nearest: unary(...vector(106)),
  floor: unary(...vector(104)),
  /** The bits of `a` where those of `mask` are set, and of `b` elsewhere. */
  select: (a: Code, b: Code, mask: Code): Code => [a, b, mask, ...vector(82)],
  absolute: unary(...vector(224)),
  squareRoot: unary(...vector(227)),
  add: binary(...vector(228)),
  subtract: binary(...vector(229)),
  multiply: binary(...vector(230)),
  divide: binary(...vector(231)),
  /** The lesser and the greater of two; NaN in `a` gives `b`. */
  least: (a: Code, b: Code): Code => [b, a, ...vector(234)],
  greatest: (a: Code, b: Code): Code => [b, a, ...vector(235)],
  /** `a * b + c`, rounded once where the processor can (relaxed SIMD). */
  fused: (a: Code, b: Code, c: Code): Code => [a, b, c, ...vector(261)],
};

export const i32x4 = {
  zero: f32x4.zero,
  /** Products of eight 16-bit integers with eight others, each two neighbours summed. */
  dot: binary(...vector(186)),
  splat: unary(...vector(17)),
  /** The highest bits of the four lanes, in the lowest bits of an integer. */
  signs: unary(...vector(164)),
  lane: (a: Code, lane: number): Code => [a, ...vector(27), lane],
  add: binary(...vector(174)),
  multiply: binary(...vector(181)),
  greater: binary(...vector(59)),
  greatest: binary(...vector(184)),
  shiftLeft: (a: Code, bits: number): Code => [a, ...constant(bits), ...vector(171)],
  /** Drops the fractions of four floats; NaN gives 0. */
  truncate: unary(...vector(248)),
  toFloat: unary(...vector(250)),
};

/** Sixteen bytes, and eight integers of 16 bits, none with a sign. */
export const bytes = {
  /** Picks sixteen bytes out of 32: 0 to 15 are those of `a`, 16 to 31 those of `b`. */
  shuffle: (a: Code, b: Code, lanes: readonly number[]): Code => [a, b, ...vector(13), ...lanes],
  /** Sums of neighbours, as 16 bits. */
  addNeighbours: unary(...vector(125)),
  /** The first eight and the last eight, as 16 bits. */
  widenFirst: unary(...vector(137)),
  widenLast: unary(...vector(138)),
};
export const i16x8 = {
  add: binary(...vector(142)),
  /** The first four and the last four, as 32 bits. */
  widenFirst: unary(...vector(169)),
  widenLast: unary(...vector(170)),
};

/** Copies bytes to a lower address or to where they do not overlap. */
export const copyBytes = (to: Code, from: Code, count: Code): Code => [
  ...[to, from, count],
  ...[0xfc, 0x0a, 0x00, 0x00],
];

/** Colours of 8 bits as vectors of floats. */
export const colours = {
  /** Four bytes as floats. */
  toFloats: (address: Code, at = 0): Code => {
    const four = [address, ...memory(vector(92), at)];
    return i32x4.toFloat([four, ...vector(137), ...vector(169)]);
  },
  /** Four floats, their fractions dropped and cut to 0 to 255, as the first four bytes. */
  fromFloats: (a: Code): Code => {
    const shorts = [...i32x4.truncate(a), ...f32x4.zero, ...vector(133)];
    return [shorts, ...f32x4.zero, ...vector(102)];
  },
  /** Stores the first three bytes. */
  storeThree: (address: Code, value: Code, at = 0): Code => [
    ...[address, value, ...memory(vector(89), at), 0],
    ...[address, value, ...memory(vector(88), at + 2), 2],
  ],
};

/** Runs `body` while `local`, counted up from `from` by `by`, is less than `to`; at least once. */
export function loop(local: Local, from: Code, to: number, by: number, body: Code): Code {
  const again = [...lessThan(get(local), constant(to)), 0x0d, 0];
  return [...set(local, from), 0x03, 0x40, body, ...increase(local, by), again, 0x0b];
}

/** Runs `body` and adds `by` to `local` while that is less than `end`; at least once. */
export const loopUntil = (local: Local, end: Local, by: number, body: Code): Code => [
  ...[0x03, 0x40, body, ...increase(local, by)],
  ...[...lessThan(get(local), get(end)), 0x0d, 0, 0x0b],
];

export function when(condition: Code, then: Code, otherwise: Code = []): Code {
  return [condition, 0x04, 0x40, then, ...(otherwise.length ? [0x05, otherwise] : []), 0x0b];
}

/** Hands out the locals of one function: parameters first. */
export interface Locals {
  readonly parameters: number;
  readonly types: readonly number[];
  integer(): Local;
  float(): Local;
  vector(): Local;
}

export function createLocals(parameters: number): Locals {
  const types: number[] = [];
  const declare = (type: number) => parameters + types.push(type) - 1;
  return {
    ...{ parameters, types },
    integer: () => declare(I32),
    float: () => declare(F32),
    vector: () => declare(V128),
  };
}

/** A function of 32-bit integers that returns nothing. */
export interface FunctionSource {
  readonly name: string;
  readonly locals: Locals;
  readonly body: Code;
}

const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items];

function sized(code: Code): Code {
  const bytes = flatten(code);
  return [...unsigned(bytes.length), bytes];
}

/** The bytes of lists in lists. */
function flatten(code: Code, bytes: number[] = []): number[] {
  for (const item of code)
    if (typeof item === 'number') bytes.push(item);
    else flatten(item, bytes);
  return bytes;
}

const section = (id: number, bytes: Code): Code => [id, ...sized(bytes)];
const text = (value: string): Code => sized([...new TextEncoder().encode(value)]);

/**
 * A module that exports `functions` and imports its memory as `kernel.memory`. Its type is `Uint8Array<ArrayBuffer>`, which
 * TypeScript before 5.7 does not know.
 *
 * @param pages size of the memory in units of 64 KiB, at least
 * @param most its maximum; defaults to the same
 */
export function assemble(
  functions: readonly FunctionSource[],
  pages: number,
  shared: boolean,
  most = pages,
): ReturnType<typeof Uint8Array.from> {
  const types = functions.map(({ locals }) => [0x60, ...list(Array(locals.parameters).fill([I32])), 0]);
  const limits = [shared ? 3 : 1, ...unsigned(pages), ...unsigned(most)];
  const bodies = functions.map(({ locals, body }) =>
    sized([list(locals.types.map((type) => [1, type])), body, 0x0b]),
  );
  const all = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list([[...text('kernel'), ...text('memory'), 0x02, ...limits]])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(functions.map(({ name }, i) => [...text(name), 0x00, ...unsigned(i)]))),
    ...section(10, list(bodies)),
  ];
  return Uint8Array.from(flatten(all));
}
