import { imagePlanes } from '../../kernels/resample/index.ts';
import type { Image, Tensor } from '../core/index.ts';
import { frameRange, prepareInput } from '../flow/adapt/index.ts';
import { fusedFeeds } from '../flow/network/index.ts';
import type { ModelInput, Session } from '../runtime/index.ts';

/** Every output of a graph for a pair of one size, given as `input` says. */
export function runPair(
  session: Session,
  imageA: Image,
  imageB: Image,
  input: ModelInput,
): Promise<Record<string, Tensor>> {
  const prepare = (image: Image) => prepareInput(imagePlanes(image, 1, frameRange(input)), input);
  return session.run(fusedFeeds(prepare(imageA), prepare(imageB), input));
}
