import { createRequire } from 'node:module';
import type * as MlMatrix from 'ml-matrix';

/** By `require`, as sharp is. */
export const {
  CholeskyDecomposition,
  EigenvalueDecomposition,
  LuDecomposition,
  Matrix,
  SingularValueDecomposition,
  solve,
} = createRequire(import.meta.url)('ml-matrix') as typeof MlMatrix;

export type Matrix = MlMatrix.Matrix;
export type EigenvalueDecomposition = MlMatrix.EigenvalueDecomposition;
