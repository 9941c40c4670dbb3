import { enlargeFlow } from '../../../kernels/resample/index.ts';
import type { FlowField } from '../../core/index.ts';
import { resizeFlow } from './resize.ts';
import type { Size } from '../../core/index.ts';

/** The flow, all of it known, on a grid of another size and in its pixels: `resizeFlow`; itself where the size is the same. */
export function resizeKnownFlow(flow: FlowField, { width, height }: Size): FlowField {
  if (width === flow.width && height === flow.height) return flow;
  if (width >= flow.width && height >= flow.height) {
    const factors = [width / flow.width, height / flow.height] as const;
    return { width, height, data: enlargeFlow(flow, { width, height }, { factors }) };
  }
  const factor = flow.width / width;
  const whole = Number.isInteger(factor) && flow.height === height * factor;
  return whole ? shrinkFlow(flow, factor) : resizeFlow(flow, width, height);
}

/** The mean over squares of `factor` pixels, in pixels `factor` times as large. */
function shrinkFlow(flow: FlowField, factor: number): FlowField {
  const [width, height] = [flow.width / factor, flow.height / factor];
  const data = new Float32Array(width * height * 2);
  const add = factor === 2 ? addPairs : addRuns;
  for (let y = 0; y < flow.height; y++) {
    const from = y * flow.width * 2;
    add(flow.data, from, from + flow.width * 2, data, Math.floor(y / factor) * width * 2, factor);
  }
  const share = 1 / factor ** 3;
  for (let i = 0; i < data.length; i++) data[i] *= share;
  return { width, height, data };
}

/** Adds a row to the sums of the row that it becomes part of; by far the most frequent case, halves. */
function addPairs(flow: Float32Array, from: number, end: number, sums: Float32Array, to: number): void {
  for (let i = from, o = to; i < end; i += 4, o += 2) {
    sums[o] += flow[i] + flow[i + 2];
    sums[o + 1] += flow[i + 1] + flow[i + 3];
  }
}

function addRuns(
  flow: Float32Array,
  from: number,
  end: number,
  sums: Float32Array,
  to: number,
  factor: number,
): void {
  for (let i = from, o = to; i < end; o += 2) {
    let u = 0;
    let v = 0;
    for (const next = i + factor * 2; i < next; i += 2) {
      u += flow[i];
      v += flow[i + 1];
    }
    sums[o] += u;
    sums[o + 1] += v;
  }
}
