import { resizePlanes } from '../../kernels/resample/index.ts';
import { warpBackward } from '../../kernels/warp/index.ts';
import type { FlowField, Tensor } from '../core/types.ts';
import type { FlowModel } from './engine.ts';
import type { FlowBackend, NetworkInput } from './engine-network.ts';
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
  let flow: FlowField | undefined;
  let backend: FlowBackend = 'onnxruntime';
  for (const factor of schedule) {
    const a = frameA.level(factor);
    const b = frameB.level(factor);
    const { width, height } = a.planes;
    const before: FlowField | undefined = flow && resizeFlow(flow, width, height);
    const inputB = before ? carryBack(b, before, model) : b.input;
    const residual = await model.network.estimate(a.input, inputB);
    backend = residual.backend;
    flow = addResidual(before, residual.flow, model.manifest.output.stride, width, height);
  }
  const { width, height } = frameA.image;
  return { flow: resizeFlow(flow!, width, height), backend };
}

/** B as seen where the flow points, 0 (mid-grey) where that is outside of it. */
function carryBack(b: Level, flow: FlowField, model: FlowModel): NetworkInput {
  return prepareInput(warpBackward(b.planes, flow.data), model.manifest.input);
}

/**
 * The flow before plus the network's, which is brought from 1 / `stride` to the size of its input, bilinearly
 * with the edge repeated, and cropped to `width` x `height`.
 */
export function addResidual(
  before: FlowField | undefined,
  residual: Tensor,
  stride: number,
  width: number,
  height: number,
): FlowField {
  const [, channels, rows, columns] = residual.dims;
  const coarse = { channels, height: rows, width: columns, data: residual.data };
  const fine = resizePlanes(coarse, columns * stride, rows * stride);
  const plane = fine.width * fine.height;
  const data = before ? before.data.slice() : new Float32Array(width * height * 2);
  for (let y = 0, i = 0; y < height; y++) {
    const row = y * fine.width;
    for (let x = row; x < row + width; x++, i += 2) {
      data[i] += fine.data[x];
      data[i + 1] += fine.data[plane + x];
    }
  }
  return { width, height, data };
}
