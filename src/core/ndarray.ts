import type { NdArray } from 'ndarray';
import type { FlowField, Image, Mask, ScalarField, Tensor } from './types.ts';

function pending(...args: unknown[]): never {
  throw new Error(`Not written yet (${args.length} arguments)`);
}

export function asNdarray(field: Tensor | FlowField | ScalarField): NdArray<Float32Array>;
export function asNdarray(field: Image | Mask): NdArray<Uint8Array>;
export function asNdarray(field: unknown): NdArray<Float32Array> | NdArray<Uint8Array> {
  return pending(field);
}

export function fromNdarray(array: NdArray, kind: 'flow'): FlowField;
export function fromNdarray(array: NdArray, kind: 'image'): Image;
export function fromNdarray(array: NdArray, kind: 'flow' | 'image'): FlowField | Image {
  return pending(array, kind);
}
