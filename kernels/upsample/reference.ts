import type { UpsampleInput, UpsampleOutput, UpsampleSpec } from './types.ts';

/**
 * Convex upsampling as it is defined (Teed and Deng 2020, section 3.3), in double precision: each fine cell is the mean
 * of the nine coarse cells around its own, with weights that are the softmax of its nine logits. Neighbours outside of
 * the grid repeat its edge (RAFT's code takes zeros there, which bends the flow at the border).
 *
 * @param scale what the flow is multiplied by, such as pixels in a coarse cell
 * @example
 * import { upsampleReference } from 'whither/kernels';
 *
 * const mask = new Float32Array(9 * 4 * 4 * 30 * 40);
 * const input = { flow: new Float32Array(2 * 30 * 40), mask };
 * const { flow } = upsampleReference({ height: 30, width: 40, factor: 4 }, input);
 */
export function upsampleReference(spec: UpsampleSpec, input: UpsampleInput, scale = 1): UpsampleOutput {
  const { height, width, extra = 0, logistic = false } = spec;
  const plane = (data: Float32Array, p: number) =>
    data.subarray(p * height * width, (p + 1) * height * width);
  const enlarge = (data: Float32Array, count: number, by: number) =>
    Float32Array.from(
      Array.from({ length: count }, (_, p) => upsamplePlane(spec, plane(data, p), input.mask, by)).flat(),
    );
  return {
    flow: enlarge(input.flow, 2, scale),
    extra: enlarge(input.extra ?? new Float32Array(0), extra, 1).map((x) =>
      logistic ? 1 / (1 + Math.exp(-x)) : x,
    ),
  };
}

function upsamplePlane(
  { height, width, factor }: UpsampleSpec,
  values: Float32Array,
  mask: Float32Array,
  scale: number,
): number[] {
  const clamp = (i: number, size: number) => Math.min(Math.max(i, 0), size - 1);
  return Array.from({ length: height * width * factor * factor }, (_, i) => {
    const [fineX, fineY] = [i % (width * factor), Math.floor(i / (width * factor))];
    const [x, y] = [Math.floor(fineX / factor), Math.floor(fineY / factor)];
    const logit = (n: number) =>
      mask[(((n * factor + (fineY % factor)) * factor + (fineX % factor)) * height + y) * width + x];
    const highest = Math.max(...NEIGHBOURS.map((_, n) => logit(n)));
    let [sum, weights] = [0, 0];
    for (const [n, [dy, dx]] of NEIGHBOURS.entries()) {
      const weight = Math.exp(logit(n) - highest);
      weights += weight;
      sum += weight * values[clamp(y + dy, height) * width + clamp(x + dx, width)];
    }
    return (scale * sum) / weights;
  });
}

const NEIGHBOURS = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dy, dx] as const));
