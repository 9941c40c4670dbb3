import { isBound } from './bound-memory.ts';

/** Stands for a function of the other side. */
const FUNCTION = 'whither:function';

/** A value ready to be posted: arrays of numbers are handed over, not copied again. */
export interface Packed {
  readonly value: unknown;
  readonly transfer: ArrayBuffer[];
}

/** How values are packed. */
export interface PackOptions {
  /** Hand arrays over themselves instead of copies: whoever had them is left with empty ones. */
  readonly give?: boolean;
  /** Gives a function, found under this name, the number that it is called by. */
  readonly register?: (called: Called, name: string) => number;
}

/** A function that the other side may call. */
export type Called = (...args: never[]) => unknown;

type TypedArray = Uint8Array | Float32Array | Float64Array;

/** Objects whose arrays are handed over. */
const handed = new WeakSet();

/** Marks an object that {@link pack} may take apart: its arrays are handed over instead of copied. */
export function handOver<T extends object>(value: T): T {
  handed.add(value);
  return value;
}

/**
 * Plain data, typed arrays and functions for `postMessage`. An array is copied once: posting it would copy it twice, and
 * all of the memory that it is a part of.
 */
export function pack(value: unknown, { give = false, register }: PackOptions = {}): Packed {
  const seen = new Map<object, unknown>();
  const transfer = new Set<ArrayBuffer>();
  const visitArray = (item: TypedArray, giving: boolean): TypedArray => {
    const array = packArray(item, giving);
    if (array.buffer instanceof ArrayBuffer) transfer.add(array.buffer);
    return array;
  };
  const visitParts = (item: object, giving: boolean): object => {
    const made: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(item)) made[key] = visit(part, giving, key);
    return Array.isArray(item) ? Object.assign([], made) : made;
  };
  const visit = (item: unknown, giving: boolean, name: string): unknown => {
    if (typeof item === 'function') return packFunction(item as Called, name, register);
    if (typeof item !== 'object' || item === null) return item;
    const known = seen.get(item);
    if (known) return known;
    const packed = isTypedArray(item)
      ? visitArray(item, giving)
      : Array.isArray(item) || isPlain(item)
        ? visitParts(item, giving || handed.has(item))
        : item;
    seen.set(item, packed);
    return packed;
  };
  return { value: visit(value, give, ''), transfer: [...transfer] };
}

function packFunction(item: Called, name: string, register: PackOptions['register']): unknown {
  if (!register) throw new TypeError(`Expected a result without functions but ${name} is one`);
  return { [FUNCTION]: register(item, name) };
}

const isTypedArray = (item: object): item is TypedArray =>
  ArrayBuffer.isView(item) && !(item instanceof DataView);

/** Shared memory stays where it is; of other memory the array goes over if it is all of it and may be given. */
function packArray(array: TypedArray, give: boolean): TypedArray {
  const { buffer, byteOffset, byteLength } = array;
  // Pages that are not isolated do not know the class.
  if (!(buffer instanceof ArrayBuffer)) return array;
  if (give && byteLength === buffer.byteLength && !isBound(buffer)) return array;
  const View = array instanceof Uint8Array ? Uint8Array : (array.constructor as typeof Float32Array);
  return new View(buffer.slice(byteOffset, byteOffset + byteLength));
}

function isPlain(item: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === Object.prototype || prototype === null;
}

/** What was packed, each function of the other side as one that calls it there. */
export function unpack(
  value: unknown,
  call: (called: number, args: readonly unknown[]) => Promise<unknown>,
): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const called = (value as Record<string, unknown>)[FUNCTION];
  if (typeof called === 'number') return (...args: unknown[]) => call(called, args);
  if (!Array.isArray(value) && !isPlain(value)) return value;
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(parts)) parts[key] = unpack(parts[key], call);
  return value;
}
