/** The package has no declarations of its own at this version; it re-exports all of `onnxruntime-common`. */
declare module 'onnxruntime-node' {
  export * from 'onnxruntime-common';
}
