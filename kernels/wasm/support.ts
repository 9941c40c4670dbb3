import { wasmApi } from './api.ts';

/** Modules of one function that leaves one vector: made by one instruction of SIMD, and by the fused multiply-add. */
const SIMD =
  'AGFzbQEAAAABBAFgAAACEwEGa2VybmVsBm1lbW9yeQIBAQEDAgEABwkBBXByb2JlAAAKGgEYAQF7/QwAAAAAAAAAAAAAAAAAAAAAIQAL';
const FUSED =
  'AGFzbQEAAAABBAFgAAACEwEGa2VybmVsBm1lbW9yeQIBAQEDAgEABwkBBXByb2JlAAAKQQE/AQF7/QwAAAAAAAAAAAAAAAAAAAAA/QwAAAAAAAAAAAAAAAAAAAAA/QwAAAAAAAAAAAAAAAAAAAAA/YUCIQAL';

/** The bytes of a module that was written as base64. */
export const decode = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const supports = (probe: string): boolean => wasmApi !== undefined && wasmApi.validate(decode(probe));

let simd: boolean | undefined;

/** Whether there are vectors of 128 bits: asked once, of a module that has nothing else. */
export const hasSimd = (): boolean => (simd ??= supports(SIMD));

/** Whether multiply and add are one instruction: relaxed SIMD, in Node from version 21 on. */
export const hasFused = (): boolean => supports(FUSED);
