/** What is done with the scores of all pairs of cells: filtered, agreed upon, read. */
export { matchingTensor } from './matching-tensor.ts';
export { filterMutual } from './mutual.ts';
export { consensus } from './neighbourhood.ts';
export {
  consensusReference,
  matchingTensorReference,
  mutualReference,
  softArgmaxReference,
  voteReference,
} from './reference.ts';
export { softArgmax } from './soft-argmax.ts';
export type { SoftArgmaxOptions, VoteOptions } from './types.ts';
export { voteDisplacements } from './vote.ts';
