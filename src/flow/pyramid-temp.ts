import type { FeatureMap } from '../../kernels/types.ts';

export function matchGlobally(a: FeatureMap, b: FeatureMap, { sharpness }: { sharpness: number }) {
  const { channels, height: h, width: w } = a;
  const n = h * w;
  const v = new Float32Array(n * n);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < n; i++) {
      const x = a.data[c * n + i] * sharpness;
      for (let j = 0; j < n; j++) v[i * n + j] += x * b.data[c * n + j];
    }
  const rowMax = new Float32Array(n).fill(-1e9);
  const colMax = new Float32Array(n).fill(-1e9);
  const best = new Int32Array(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const s = v[i * n + j];
      if (s > rowMax[i]) {
        rowMax[i] = s;
        best[i] = j;
      }
      if (s > colMax[j]) colMax[j] = s;
    }
  const rowSum = new Float64Array(n);
  const colSum = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      rowSum[i] += Math.exp(v[i * n + j] - rowMax[i]);
      colSum[j] += Math.exp(v[i * n + j] - colMax[j]);
    }
  const flow = new Float32Array(2 * n);
  const confidence = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const x = i % w;
    const y = Math.floor(i / w);
    const j = best[i];
    const bx = j % w;
    const by = Math.floor(j / w);
    let m = 0;
    let sx = 0;
    let sy = 0;
    let r = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) {
        const px = bx + dx;
        const py = by + dy;
        if (px >= 0 && py >= 0 && px < w && py < h) {
          const p = Math.exp(v[i * n + py * w + px] - rowMax[i]) / rowSum[i];
          m += p;
          sx += p * px;
          sy += p * py;
        }
        const qx = x + dx;
        const qy = y + dy;
        if (qx >= 0 && qy >= 0 && qx < w && qy < h)
          r += Math.exp(v[(qy * w + qx) * n + j] - colMax[j]) / colSum[j];
      }
    flow[i] = sx / m - x;
    flow[i + n] = sy / m - y;
    confidence[i] = m * r;
  }
  return { flow, confidence };
}
