/** The definition: the dot product of each row of A with each row of B. */
export function multiplyRowsReference(
  a: Int16Array,
  countA: number,
  b: Int16Array,
  countB: number,
  length: number,
  out: Int32Array,
): void {
  for (let i = 0; i < countA; i++)
    for (let j = 0; j < countB; j++) {
      let sum = 0;
      for (let c = 0; c < length; c++) sum += a[i * length + c] * b[j * length + c];
      out[i * countB + j] = sum;
    }
}
