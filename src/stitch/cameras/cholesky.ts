/**
 * Solves `matrix x = right` for a symmetric positive definite matrix, by Cholesky's factors. Rows begin at their
 * first entry that is not 0, so that the chains and bands of large match graphs cost little (an envelope solver).
 *
 * @param matrix `size * size` values, row by row, of which those on and below the diagonal are read
 * @returns null where the matrix is not positive definite
 */
export function solveSymmetric(
  matrix: Float64Array,
  right: Float64Array,
  size = right.length,
): Float64Array | null {
  const factor = Float64Array.from(matrix);
  const first = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    let start = 0;
    while (start < i && factor[i * size + start] === 0) start++;
    first[i] = start;
    for (let j = start; j <= i; j++) {
      let sum = factor[i * size + j];
      for (let k = Math.max(start, first[j]); k < j; k++) sum -= factor[i * size + k] * factor[j * size + k];
      if (i !== j) factor[i * size + j] = sum / factor[j * size + j];
      else if (sum > 0) factor[i * size + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return substitute(factor, first, right, size);
}

/** Forwards through the factor, then backwards through its transpose. */
function substitute(
  factor: Float64Array,
  first: Int32Array,
  right: Float64Array,
  size: number,
): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = first[i]; k < i; k++) x[i] -= factor[i * size + k] * x[k];
    x[i] /= factor[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    x[i] /= factor[i * size + i];
    for (let k = first[i]; k < i; k++) x[k] -= factor[i * size + k] * x[i];
  }
  return x;
}
