/** Half-precision floats (IEEE 754, binary16), for graphs that take or give them. */

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** The bits of the nearest half-precision floats; beyond 65504 infinity. */
export function toHalf(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = halfOf(values[i]);
  return out;
}

function halfOf(value: number): number {
  number[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const size = Math.abs(number[0]);
  if (Number.isNaN(size)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  const exponent = ((bits[0] >>> 23) & 0xff) - 127;
  // A fraction that is rounded up to 1024 carries over into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + roundEven((size / 2 ** exponent - 1) * 1024));
}

/** The nearest integer, of two the even one. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

let table: Float32Array | undefined;

/** The numbers that half-precision floats stand for. */
export function fromHalf(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => numberOf(half));
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i]];
  return out;
}

function numberOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = (half & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
}
