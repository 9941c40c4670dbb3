import type { FeatureMap } from '../../../kernels/types.ts';
import type { Tensor } from '../../core/index.ts';
import { checkOutput } from '../../runtime/index.ts';
import type { Session } from '../../runtime/index.ts';
import type { Maps } from '../types.ts';

/** A graph that takes and gives feature maps by name, those of one image at a time. */
export interface Graph {
  /** @param into maps that outputs are written to, by name; the other outputs get new ones */
  run(feeds: Maps, into?: Maps): Promise<Record<string, FeatureMap>>;
  dispose(): Promise<void>;
}

/**
 * Loads a graph of a model.
 *
 * @param part its name among the model's files
 * @param arena whether the memory of a run is kept for the next; defaults to false
 * @throws ModelError where it lacks one of the inputs or outputs
 */
export type LoadGraph = (
  part: string,
  inputs: readonly string[],
  outputs: readonly string[],
  arena?: boolean,
) => Promise<Graph>;

/** A session as a graph of feature maps. */
export function graphOf(session: Session): Graph {
  return {
    async run(feeds, into) {
      const outputs = await session.run(each(feeds, toTensor), into && each(into, toTensor));
      return each(outputs, (output, name) => toMap(checkOutput(output, [1, null, null, null], name)));
    },
    dispose: () => session.dispose(),
  };
}

function each<T, U>(
  all: Readonly<Record<string, T>>,
  change: (one: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one, name)]));
}

const toMap = ({ dims: [, channels, height, width], data }: Tensor): FeatureMap => ({
  ...{ channels, height, width, data },
});

const toTensor = ({ channels, height, width, data }: FeatureMap): Tensor => ({
  ...{ dims: [1, channels, height, width], data },
});

/**
 * Checks the size of a map that a graph gave.
 *
 * @param size channels, rows and columns, null where any number will do
 * @throws ModelError where it is missing or of another size
 */
export function checkOutputMap(
  map: FeatureMap | undefined,
  size: readonly [channels: number | null, height: number, width: number],
  name: string,
): FeatureMap {
  checkOutput(map && toTensor(map), [1, ...size], name);
  return map!;
}
