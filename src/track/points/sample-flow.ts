import type { FlowField } from '../../core/index.ts';

/** The flow at a place between pixels, bilinear; beyond the border that of the border. */
export function flowAt({ width, height, data }: FlowField, x: number, y: number): [number, number] {
  const left = Math.min(Math.max(x, 0), width - 1);
  const top = Math.min(Math.max(y, 0), height - 1);
  const x0 = Math.min(Math.floor(left), Math.max(width - 2, 0));
  const y0 = Math.min(Math.floor(top), Math.max(height - 2, 0));
  const right = width > 1 ? 2 : 0;
  const down = height > 1 ? 2 * width : 0;
  const [fx, fy] = [left - x0, top - y0];
  const at = 2 * (y0 * width + x0);
  const mix = (k: number): number =>
    (data[k] * (1 - fx) + data[k + right] * fx) * (1 - fy) +
    (data[k + down] * (1 - fx) + data[k + down + right] * fx) * fy;
  return [mix(at), mix(at + 1)];
}
