import { enlargeFlow } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { ModelError } from '../../core/index.ts';
import type { Size, Tensor } from '../../core/index.ts';
import { checkFinite } from '../../runtime/index.ts';
import type { ModelOutput } from '../../runtime/index.ts';
import { cropFlowData, interleave, resizeKnownFlow, toPlanes } from '../field/index.ts';
import type { NetworkInput } from '../types.ts';

/** Rows, columns and channels of an output, and where they stand; of several results one after the other the last counts. */
export interface OutputShape extends Size {
  readonly channels: number;
  /** The first value that counts. */
  readonly start: number;
  /** Values from one pixel to the next. */
  readonly step: number;
  /** Values from one channel to the next. */
  readonly plane: number;
}

/**
 * The flow of a network that is one graph: u and v in pixels of its input, one value a cell.
 *
 * @throws ModelError where the output has not the size that the manifest says, or values that are not finite
 */
export function readFlowOutput(tensor: Tensor | undefined, input: Size, output: ModelOutput): FeatureMap {
  const name = output.name ?? 'flow';
  const shape = outputShape(tensor, output);
  const { width, height } = { width: input.width / output.stride, height: input.height / output.stride };
  const [u, v] = output.channels ?? [0, 1];
  const least = Math.max(u, v) + 1;
  // Which of more channels are u and v, somebody has to say.
  const fits = shape && (output.channels ? shape.channels >= least : shape.channels === 2);
  if (!tensor || !fits || shape.width !== width || shape.height !== height)
    throw new ModelError(
      `Expected ${least} ${output.channels ? 'or more ' : ''}x ${height} x ${width} values of the graph's output ${name} ` +
        `but received ${describeDims(tensor)}: its model.json and its graph do not fit together`,
    );
  const data = new Float32Array(2 * width * height);
  for (const [i, channel] of [u, v].entries())
    copyChannel(tensor.data, shape, channel, output.scale ?? 1, data.subarray(i * width * height));
  return { channels: 2, height, width, data: checkFinite(data, name) };
}

/** How an output of three or more dimensions is read; undefined where there are fewer. */
export function outputShape(
  tensor: Tensor | undefined,
  { layout }: Pick<ModelOutput, 'layout'>,
): OutputShape | undefined {
  if (!tensor || tensor.dims.length < 3) return undefined;
  const [x, y, z] = tensor.dims.slice(-3);
  const start = tensor.data.length - x * y * z;
  return layout === 'NHWC'
    ? { height: x, width: y, channels: z, start, step: z, plane: 1 }
    : { channels: x, height: y, width: z, start, step: 1, plane: y * z };
}

const describeDims = (tensor: Tensor | undefined): string =>
  tensor ? tensor.dims.join(' x ') || 'a single number' : 'none';

function copyChannel(
  from: Float32Array,
  { width, height, start, step, plane }: OutputShape,
  channel: number,
  scale: number,
  to: Float32Array,
): void {
  const first = start + channel * plane;
  for (let i = 0; i < width * height; i++) to[i] = from[first + i * step] * scale;
}

/** The flow on the grid of the image that the input was made of, in its pixels, where that lies elsewhere in the input. */
export function takeFromPlace(flow: FeatureMap, { planes, place }: NetworkInput): FeatureMap {
  if (!place) return flow;
  const cells = { width: flow.width, height: flow.height, data: interleave(flow) };
  const { width, height } = planes;
  const whole = flow.width === width ? cells.data : enlargeFlow(cells, { width, height });
  const own = cropFlowData({ width, height, data: whole }, place);
  return toPlanes(resizeKnownFlow({ width: place.width, height: place.height, data: own }, place.image));
}
