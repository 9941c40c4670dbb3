import type { MatchResult } from '../../../kernels/match/index.ts';
import { agree, readMatch, transposeVolume } from './consensus.ts';
import type { SemanticFeatures } from './features.ts';
import type { SemanticModel } from './semantic-model.ts';

/** The matches of cells, both ways, by the same scores. */
export interface CellMatches {
  readonly ab: MatchResult;
  readonly ba: MatchResult;
  /** What computed the scores. */
  readonly backend: 'simd' | 'reference';
}

/** Where the cells of each image lie in the other. */
export async function matchCells(
  model: SemanticModel,
  a: SemanticFeatures,
  b: SemanticFeatures,
): Promise<CellMatches> {
  const { consensus } = model.manifest;
  const { volume, backend } = await model.correlate(a.map, b.map);
  const agreed = agree(volume, consensus);
  const ab = readMatch(agreed, volume, consensus, a.texture, b.texture);
  const ba = readMatch(transposeVolume(agreed), transposeVolume(volume), consensus, b.texture, a.texture);
  return { ab, ba, backend };
}
