import { expected } from './errors.ts';

/** The typed arrays that results are made of. */
const ARRAYS = {
  Uint8Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;

type ArrayName = keyof typeof ARRAYS;

/** How a typed array stands in the text: its bytes, little-endian, in base64. */
interface PackedArray {
  readonly $array: ArrayName;
  readonly base64: string;
}

/**
 * A result as JSON that {@link fromJson} reads: correspondences, matches, flows, images, homographies. `JSON.stringify`
 * alone would write typed arrays as objects with a key for each value, and NaN and infinities as null. A typed array becomes
 * `{ "$array": "Float32Array", "base64": "..." }`, its bytes little-endian; a number that JSON lacks `{ "$number": "NaN" }`.
 *
 * @param value plain data; functions are left out
 * @param space as for `JSON.stringify`; defaults to none
 * @example
 * import { fromJson, match, readImage, toJson } from 'whither';
 * import type { PairMatch } from 'whither';
 *
 * const text = toJson(await match(await readImage('a.jpg'), await readImage('b.jpg')));
 * const { correspondences } = fromJson<PairMatch>(text);
 */
export const toJson = (value: unknown, space?: number): string => JSON.stringify(value, pack, space);

/**
 * What {@link toJson} wrote, bit by bit the same. It is not checked to be of the type that is asked for: functions that take
 * it check its shape.
 *
 * @throws SyntaxError where the text is no JSON; TypeError where a typed array in it is damaged
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { colorizeFlow, fromJson } from 'whither';
 * import type { FlowField } from 'whither';
 *
 * const { image } = colorizeFlow(fromJson<FlowField>(await readFile('flow.json', 'utf8')));
 */
export const fromJson = <T = unknown>(text: string): T =>
  JSON.parse(text, (_, value: unknown) => unpack(value)) as T;

function pack(_: string, value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (!ArrayBuffer.isView(value)) return value;
  const name = Object.keys(ARRAYS).find((known) => value instanceof ARRAYS[known as ArrayName]);
  if (!name) throw expected(`one of ${Object.keys(ARRAYS).join(', ')}`, 'a typed array', value);
  const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return { $array: name as ArrayName, base64 } satisfies PackedArray;
}

function unpack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$number' in value) return Number(value.$number);
  if (!('$array' in value)) return value;
  const { $array, base64 } = value as PackedArray;
  if (!Object.hasOwn(ARRAYS, $array) || typeof base64 !== 'string')
    throw expected(`the bytes of one of ${Object.keys(ARRAYS).join(', ')}`, '$array', $array);
  const TypedArray = ARRAYS[$array];
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length % TypedArray.BYTES_PER_ELEMENT)
    throw expected(`a multiple of ${TypedArray.BYTES_PER_ELEMENT} bytes`, $array, bytes.length);
  return new TypedArray(Uint8Array.from(bytes).buffer);
}
