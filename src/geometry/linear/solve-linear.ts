/**
 * Solves a small system of linear equations by elimination with pivots, in place: the hot path of the minimal
 * solvers and of Levenberg-Marquardt, where a general library spends most of its time on its own objects.
 *
 * @param m `n` rows of `n + 1` values, the right side last; destroyed
 * @returns the solution, or null where the matrix is singular
 */
export function solveLinear(m: Float64Array, n: number): Float64Array | null {
  const row = n + 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) if (Math.abs(m[r * row + k]) > Math.abs(m[pivot * row + k])) pivot = r;
    const top = m[pivot * row + k];
    if (!(Math.abs(top) > 1e-14)) return null;
    if (pivot !== k) swapRows(m, pivot, k, row);
    for (let r = k + 1; r < n; r++) {
      const factor = m[r * row + k] / top;
      if (factor === 0) continue;
      for (let c = k; c < row; c++) m[r * row + c] -= factor * m[k * row + c];
    }
  }
  return substituteBack(m, n);
}

function swapRows(m: Float64Array, i: number, j: number, row: number): void {
  for (let c = 0; c < row; c++) {
    const value = m[i * row + c];
    m[i * row + c] = m[j * row + c];
    m[j * row + c] = value;
  }
}

function substituteBack(m: Float64Array, n: number): Float64Array {
  const row = n + 1;
  const out = new Float64Array(n);
  for (let r = n - 1; r >= 0; r--) {
    let sum = m[r * row + n];
    for (let c = r + 1; c < n; c++) sum -= m[r * row + c] * out[c];
    out[r] = sum / m[r * row + r];
  }
  return out;
}
