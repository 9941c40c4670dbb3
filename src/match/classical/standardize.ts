/** Patches whose values all lie within this of their mean, of 255, have no contrast that could be compared. */
const FLAT = 1e-3;

/**
 * Values less their mean, divided by their Euclidean length: the dot product of two such vectors is their normalised
 * cross-correlation. All zeros where the patch is flat.
 */
export function standardize(values: Float32Array, out: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  const flat = Math.sqrt(squares / values.length) < FLAT;
  const scale = flat ? 0 : 1 / Math.sqrt(squares);
  for (let i = 0; i < values.length; i++) out[i] = (values[i] - mean) * scale;
}

/** Divides `vector` by its Euclidean length; zeros stay as they are. */
export function normalizeLength(vector: Float32Array): void {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] *= scale;
}
