/** What red, green and blue count. */
export const WEIGHTS = [0.299, 0.587, 0.114] as const;

/** The definition. */
export function greyReference(rgb: Uint8Array, out: Float32Array): void {
  const [r, g, b] = WEIGHTS;
  for (let i = 0, k = 0; i < out.length; i++, k += 3) out[i] = r * rgb[k] + g * rgb[k + 1] + b * rgb[k + 2];
}
