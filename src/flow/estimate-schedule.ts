import { warpBackward } from '../../kernels/warp/index.ts';
import type { FlowField, Tensor } from '../core/types.ts';
import type { FlowModel } from './engine.ts';
import type { FlowBackend, NetworkInput } from './engine-network.ts';
import { addEnlarged } from './estimate-enlarge.ts';
import { prepareInput } from './estimate-frame.ts';
import type { Level, PreparedFrame } from './estimate-frame.ts';
import { resizeFlow } from './resize.ts';

/**
 * Flow from A to B, coarse to fine: each pass shrinks both images by its factor, carries B back by the flow
 * found so far and adds what the network still sees between A and the carried B (the residual flow of Ranjan
 * and Black 2017, section 3.1). The same rule that the networks are trained by.
 *
 * @returns flow in pixels of A, and what computed it
 */
export async function runSchedule(
  model: FlowModel,
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  schedule: readonly number[],
): Promise<{ flow: FlowField; backend: FlowBackend }> {
  const { stride } = model.manifest.output;
  let flow: FlowField | undefined;
  let backend: FlowBackend = 'onnxruntime';
  for (const factor of schedule) {
    const a = frameA.level(factor);
    const b = frameB.level(factor);
    const { width, height } = a.planes;
    const before: FlowField | undefined = flow && bringTo(flow, width, height);
    const inputB = before ? carryBack(b, before, model) : b.input;
    const residual = await model.network.estimate(a.input, inputB);
    backend = residual.backend;
    flow = before ?? { width, height, data: new Float32Array(width * height * 2) };
    addResidual(flow, residual.flow, stride);
  }
  const { width, height } = frameA.image;
  return { flow: bringTo(flow!, width, height), backend };
}

/** The flow on a grid of another size, in its pixels: a copy, except where the size is the same. */
function bringTo(flow: FlowField, width: number, height: number): FlowField {
  if (width === flow.width && height === flow.height) return flow;
  if (width < flow.width || height < flow.height) return resizeFlow(flow, width, height);
  const size = { width, height };
  const data = new Float32Array(width * height * 2);
  addEnlarged({ ...flow, pixelStride: 2, componentStride: 1 }, data, size, size, [
    width / flow.width,
    height / flow.height,
  ]);
  return { width, height, data };
}

/** B as seen where the flow points, 0 (mid-grey) where that is outside of it. */
function carryBack(b: Level, flow: FlowField, model: FlowModel): NetworkInput {
  return prepareInput(warpBackward(b.planes, flow.data), model.manifest.input);
}

/**
 * Adds what a network sees to `flow`, in place: brought from 1 / `stride` to the size of the network's input,
 * bilinearly with the edge repeated, and cropped to the flow's.
 *
 * @param residual dims `[1, 2, rows, columns]`, in pixels of the network's input
 */
export function addResidual(flow: FlowField, residual: Tensor, stride: number): void {
  const [, , rows, columns] = residual.dims;
  const coarse = {
    width: columns,
    height: rows,
    data: residual.data,
    pixelStride: 1,
    componentStride: rows * columns,
  };
  addEnlarged(coarse, flow.data, flow, { width: columns * stride, height: rows * stride });
}
