import type { AllPairsVolume } from '../correlation/index.ts';
import type { FeatureMap } from '../types.ts';

/**
 * The tensor that CNNGeometric regresses from, made of an all-pairs volume: channel `k = row + height * column` of the
 * source at each cell of the target, negative scores dropped, each cell's channels of unit length.
 * `matchingTensorReference` is the definition.
 *
 * @param volume scores of unit features, A the source and B the target
 * @example
 * import { correlateAllPairs, matchingTensor } from 'whither/kernels';
 *
 * const { channels, data } = matchingTensor(await correlateAllPairs(mapA, mapB));
 */
export function matchingTensor({
  heightA,
  widthA,
  heightB,
  widthB,
  data: scores,
}: AllPairsVolume): FeatureMap {
  const [channels, cells] = [heightA * widthA, heightB * widthB];
  const data = new Float32Array(channels * cells);
  const squares = new Float64Array(cells);
  for (let k = 0; k < channels; k++) {
    const from = ((k % heightA) * widthA + Math.floor(k / heightA)) * cells;
    for (let t = 0; t < cells; t++) {
      const score = scores[from + t];
      if (!(score > 0)) continue;
      data[k * cells + t] = score;
      squares[t] += score * score;
    }
  }
  const scale = squares.map((square) => 1 / Math.sqrt(square + 1e-6));
  for (let k = 0; k < channels; k++) for (let t = 0; t < cells; t++) data[k * cells + t] *= scale[t];
  return { channels, height: heightB, width: widthB, data };
}
