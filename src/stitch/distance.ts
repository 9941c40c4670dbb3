/**
 * How far each pixel of a mask lies from the nearest pixel outside of it, in pixels, the picture's border counting
 * as outside: two sweeps of chamfer steps of 3 and 4 (Borgefors 1986), right to within 8 %.
 */
export function distanceInside(mask: Uint8Array, width: number, height: number): Float32Array {
  const stride = width + 2;
  const d = new Float32Array(stride * (height + 2));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (mask[y * width + x]) d[(y + 1) * stride + x + 1] = 1e9;
  for (let y = 1; y <= height; y++)
    for (let x = 1; x <= width; x++) {
      const k = y * stride + x;
      if (d[k] === 0) continue;
      d[k] = Math.min(d[k - 1] + 3, d[k - stride] + 3, d[k - stride - 1] + 4, d[k - stride + 1] + 4);
    }
  for (let y = height; y >= 1; y--)
    for (let x = width; x >= 1; x--) {
      const k = y * stride + x;
      if (d[k] === 0) continue;
      d[k] = Math.min(d[k], d[k + 1] + 3, d[k + stride] + 3, d[k + stride - 1] + 4, d[k + stride + 1] + 4);
    }
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) out[y * width + x] = d[(y + 1) * stride + x + 1] / 3;
  return out;
}
