/** ONNX Runtime's matrix product, the yardstick of the correlation benches. */

import { InferenceSession, Tensor } from 'onnxruntime-node';

const text = (value: string): number[] => [...new TextEncoder().encode(value)];

/** A field of Protocol Buffers: bytes with their length, or a small number. */
const bytes = (field: number, content: readonly number[]): number[] => [
  (field << 3) | 2,
  content.length,
  ...content,
];
const number = (field: number, value: number): number[] => [field << 3, value];

/** A float32 tensor of unknown shape, in the words of onnx.proto. */
const value = (field: number, name: string): number[] =>
  bytes(field, [...bytes(1, text(name)), ...bytes(2, bytes(1, number(1, 1)))]);

/** An ONNX model of one node, `c = MatMul(a, b)`. */
function matMulModel(): Uint8Array {
  const node = [
    ...bytes(1, text('a')),
    ...bytes(1, text('b')),
    ...bytes(2, text('c')),
    ...bytes(4, text('MatMul')),
  ];
  const graph = [
    ...bytes(1, node),
    ...bytes(2, text('g')),
    ...value(11, 'a'),
    ...value(11, 'b'),
    ...value(12, 'c'),
  ];
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 17))]);
}

/** Multiplies `[..., m, k]` by `[..., k, n]`. */
export type Multiply = (
  a: { data: Float32Array; dims: readonly number[] },
  b: { data: Float32Array; dims: readonly number[] },
) => Promise<Float32Array>;

/** @param threads as many as a contender may use; they sleep between products, not to disturb the others */
export async function createMultiply(threads: number): Promise<Multiply> {
  const session = await InferenceSession.create(matMulModel(), {
    intraOpNumThreads: threads,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const tensor = ({ data, dims }: { data: Float32Array; dims: readonly number[] }) =>
    new Tensor('float32', data, dims);
  return async (a, b) => (await session.run({ a: tensor(a), b: tensor(b) })).c.data as Float32Array;
}
