import { crc32 } from 'node:zlib';
import type { Random } from './random.ts';

/** Bytes that counts and sizes go wrong with. */
const AWKWARD = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

/** A random part: where it begins, and its length of 1 to `most`. */
function part({ length }: Buffer, random: Random, most: number): [start: number, count: number] {
  const start = random.below(length);
  return [start, Math.min(length - start, 1 + random.below(most))];
}

function overwrite(bytes: Buffer, random: Random, within: number): Buffer {
  const out = Buffer.from(bytes);
  const [start, count] = part(out.subarray(0, within), random, 8);
  const value = random.pick(AWKWARD);
  for (let i = 0; i < count; i++) out[start + i] = value;
  return out;
}

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const out = Buffer.from(bytes);
    for (let i = 1 + random.below(4); i > 0; i--) out[random.below(out.length)] ^= 1 << random.below(8);
    return out;
  },
  (bytes, random) => overwrite(bytes, random, bytes.length),
  // Headers are the smallest part and do the most.
  (bytes, random) => overwrite(bytes, random, Math.min(64, bytes.length)),
  (bytes, random) => overwrite(bytes, random, Math.min(512, bytes.length)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  function removePart(bytes, random) {
    const [start, count] = part(bytes, random, 256);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + count)]);
  },
  function repeatPart(bytes, random) {
    const [start, count] = part(bytes, random, 256);
    const again = bytes.subarray(start, start + count);
    return Buffer.concat([bytes.subarray(0, start), again, again, bytes.subarray(start + count)]);
  },
  function insertNoise(bytes, random) {
    const start = random.below(bytes.length);
    const noise = Buffer.from(Array.from({ length: 1 + random.below(64) }, () => random.below(256)));
    return Buffer.concat([bytes.subarray(0, start), noise, bytes.subarray(start)]);
  },
  function erasePart(bytes, random) {
    const [start, count] = part(bytes, random, 4096);
    return Buffer.from(bytes).fill(0, start, start + count);
  },
];

/** The bytes with one fault in them or a few. Half of the PNG files get the check sums that make decoders go on. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let out = bytes;
  const count = random.pick([1, 1, 1, 2, 3]);
  for (let i = 0; i < count && out.length > 0; i++) out = random.pick(MUTATIONS)(out, random);
  return random.below(2) ? repairPng(out) : out;
}

/** A PNG with the right check sum in every chunk; other bytes as they are. */
function repairPng(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') return bytes;
  const out = Buffer.from(bytes);
  for (let at = 8; at + 12 <= out.length;) {
    const end = at + 8 + out.readUInt32BE(at);
    if (end + 4 > out.length) break;
    out.writeUInt32BE(crc32(out.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return out;
}

const AWKWARD_VALUES: readonly unknown[] = [
  ...[null, true, -1, 0, 0.5, 1e9, 1e308, -1e308, 9007199254740993],
  ...['', '__proto__', 'constructor', '../../etc/passwd', '\0', 'x'.repeat(5000)],
  ...[[], {}, [null], [[[]]], { length: 1e9 }],
];

/** The JSON text with one to three of its values replaced, or broken as text. */
export function mutateJson(text: string, random: Random): string {
  if (random.below(8) === 0) return mutateBytes(Buffer.from(text), random).toString('latin1');
  const holder = { root: JSON.parse(text) as unknown };
  for (let i = 1 + random.below(3); i > 0; i--) replaceValue(holder, random);
  return JSON.stringify(holder.root);
}

/** Walks down from `holder` at random and puts another value there. */
function replaceValue(holder: object, random: Random): void {
  let at = holder as Record<string, unknown>;
  for (;;) {
    const key = random.pick(Object.keys(at));
    const inner = at[key];
    const isOpen = typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0;
    if (isOpen && random.below(5) > 0) at = inner as Record<string, unknown>;
    else {
      if (random.below(6) === 0 && at !== holder) Reflect.deleteProperty(at, key);
      else at[key] = random.pick(AWKWARD_VALUES);
      return;
    }
  }
}
