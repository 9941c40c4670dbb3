import { consensus, filterMutual, softArgmax, voteDisplacements } from '../../../kernels/consensus/index.ts';
import type { AllPairsVolume } from '../../../kernels/correlation/index.ts';
import type { MatchResult } from '../../../kernels/match/index.ts';
import type { SemanticConsensus } from '../../runtime/index.ts';

/** The scores that are left once matches have been weighed against each other, greatest 1. */
export function agree(
  scores: AllPairsVolume,
  { power, neighbours, sigma }: SemanticConsensus,
): AllPairsVolume {
  const mutual = filterMutual(scores);
  raise(mutual.data, power);
  return voteDisplacements(filterMutual(consensus(mutual, neighbours)), { power: 1, sigma });
}

/** Whole powers by products: `**` takes many times as long. */
function raise(data: Float32Array, power: number): void {
  if (!Number.isInteger(power) || power > 8) for (let k = 0; k < data.length; k++) data[k] **= power;
  else
    for (let k = 0; k < data.length; k++) {
      const value = data[k];
      let product = value;
      for (let turn = 1; turn < power; turn++) product *= value;
      data[k] = product;
    }
}

/** Cosines at and below which features say nothing, and at and above which all. */
const [UNLIKE, ALIKE] = [0.3, 0.7];

/**
 * Where the cells of A lie in B. The confidence is the product of how clearly the votes single the place out, of how much
 * the features there are alike, and of how much there is to see in both images.
 *
 * @param agreed what `agree` made of the scores
 */
export function readMatch(
  agreed: AllPairsVolume,
  scores: AllPairsVolume,
  { reach }: SemanticConsensus,
  textureA: Float32Array,
  textureB: Float32Array,
): MatchResult {
  const { flow, confidence } = softArgmax(agreed, { reach });
  const { widthA, widthB, heightB } = scores;
  const cellsB = widthB * heightB;
  for (let i = 0; i < confidence.length; i++) {
    const x = clamp(Math.round((i % widthA) + flow[i]), widthB - 1);
    const y = clamp(Math.round(Math.floor(i / widthA) + flow[confidence.length + i]), heightB - 1);
    const j = y * widthB + x;
    const alike = Math.min(Math.max((scores.data[i * cellsB + j] - UNLIKE) / (ALIKE - UNLIKE), 0), 1);
    confidence[i] *= alike * textureA[i] * textureB[j];
  }
  return { flow, confidence };
}

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

/** The same scores seen from B. */
export function transposeVolume({ heightA, widthA, heightB, widthB, data }: AllPairsVolume): AllPairsVolume {
  const [cellsA, cellsB] = [heightA * widthA, heightB * widthB];
  const out = new Float32Array(data.length);
  for (let i = 0; i < cellsA; i++)
    for (let j = 0; j < cellsB; j++) out[j * cellsA + i] = data[i * cellsB + j];
  return { heightA: heightB, widthA: widthB, heightB: heightA, widthB: widthA, data: out };
}
