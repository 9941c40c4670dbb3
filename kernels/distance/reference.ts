/** The definition of `distanceInside`. */
export function distanceReference(mask: Uint8Array, width: number, height: number): Float32Array {
  const stride = width + 2;
  const d = new Float32Array(stride * (height + 2));
  for (let y = 1; y <= height; y++) sweepDown(d, mask, y, width);
  const out = new Float32Array(width * height);
  for (let y = height; y >= 1; y--) sweepUp(d, out, y, width);
  return out;
}

/** By what lies above and to the left. */
function sweepDown(d: Float32Array, mask: Uint8Array, y: number, width: number): void {
  const stride = width + 2;
  for (let x = 1, k = y * stride + 1, from = (y - 1) * width; x <= width; x++, k++, from++)
    if (mask[from])
      d[k] = Math.min(d[k - 1] + 3, d[k - stride] + 3, d[k - stride - 1] + 4, d[k - stride + 1] + 4);
}

/** By what lies below and to the right; steps become pixels. */
function sweepUp(d: Float32Array, out: Float32Array, y: number, width: number): void {
  const stride = width + 2;
  for (let x = width, k = y * stride + width, to = y * width - 1; x >= 1; x--, k--, to--) {
    if (d[k] === 0) continue;
    d[k] = Math.min(d[k], d[k + 1] + 3, d[k + stride] + 3, d[k + stride - 1] + 4, d[k + stride + 1] + 4);
    out[to] = d[k] / 3;
  }
}
