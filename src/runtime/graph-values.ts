import type * as Ort from 'onnxruntime-node';
import { ModelError } from '../core/index.ts';
import type { Tensor } from '../core/index.ts';
import type { OnnxRuntime } from './device.ts';
import { fromHalf, toHalf } from './float16.ts';
import type { GraphValue } from './graph-value.ts';

/** An ONNX Runtime by its own types, which public ones do not mention: they need those of browsers. */
export type OrtModule = Pick<typeof Ort, 'InferenceSession' | 'Tensor' | 'env'>;

export const ortModule = (runtime: OnnxRuntime): OrtModule => runtime as unknown as OrtModule;

/** What a graph declares of its inputs or outputs. */
export const graphValues = (metadata: readonly Ort.InferenceSession.ValueMetadata[]): GraphValue[] =>
  metadata.map((value) => ({
    name: value.name,
    type: value.isTensor ? value.type : 'no tensor',
    // A dimension of -1 or 0 is one that nobody named.
    dims: value.isTensor ? value.shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : null)) : [],
  }));

/** Tensors in the types that the graph's inputs have: float32, or float16. */
export function toOrtTensors(
  ort: OrtModule,
  feeds: Readonly<Record<string, Tensor>>,
  values: readonly GraphValue[] = [],
): Record<string, Ort.Tensor> {
  const isHalf = (name: string): boolean => values.find((value) => value.name === name)?.type === 'float16';
  const make = (name: string, { data, dims }: Tensor): Ort.Tensor =>
    isHalf(name) ? new ort.Tensor('float16', toHalf(data), dims) : new ort.Tensor('float32', data, dims);
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, make(name, tensor)]));
}

/** An output's values as float32; float16 is converted. */
export function fromOrtTensor(value: Ort.Tensor, name: string): Tensor {
  const { dims, type } = value;
  // Newer versions of Node give halves as such, older ones their bits.
  const data = value.data as Float32Array | Uint16Array;
  if (type === 'float32') return { dims, data: data as Float32Array };
  if (type === 'float16')
    return { dims, data: fromHalf(new Uint16Array(data.buffer, data.byteOffset, data.length)) };
  throw new ModelError(`Expected float32 or float16 values for ${name} but received "${type}" (string)`);
}
