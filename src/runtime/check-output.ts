import { ModelError } from '../core/index.ts';
import type { Tensor } from '../core/index.ts';

/**
 * Checks what a graph gave: nothing between graphs asks again.
 *
 * @param dims what is expected, null where any size will do
 * @param name of the output, for the error
 * @throws ModelError where the output is missing or of other dims
 */
export function checkOutput(
  output: Tensor | undefined,
  dims: readonly (number | null)[],
  name: string,
): Tensor {
  const fits =
    output?.dims.length === dims.length && dims.every((dim, i) => dim === null || dim === output.dims[i]);
  if (fits && output.dims.every((dim) => dim > 0)) return output;
  const received = output && (output.dims.length ? output.dims.join(' x ') : 'a single number');
  throw new ModelError(
    `Expected ${dims.map((dim) => dim ?? 'any').join(' x ')} values of the graph's output ${name} but received ` +
      `${received ?? 'none'}: its model.json and its graph do not fit together`,
  );
}

/**
 * Checks that numbers of a graph are numbers: no NaN, and nothing infinite.
 *
 * @throws ModelError where one is not
 */
export function checkFinite<T extends Float32Array>(values: T, name: string): T {
  // What is no number stays none when it is multiplied by 0; all else becomes 0.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  if (sum === 0) return values;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new ModelError(
    `Expected finite values of the graph's output ${name} but received ${values[at]} at ${at}: the graph is damaged`,
  );
}
