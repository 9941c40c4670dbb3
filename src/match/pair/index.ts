/** Two images of one scene: where the points of one lie in the other. */
export { drawMatches } from './draw-matches.ts';
export type { DrawMatchesOptions } from './draw-matches.ts';
export { correspondencesFromFlow } from './flow-correspondences.ts';
export type { FlowCorrespondencesOptions } from './flow-correspondences.ts';
export { MATCH_OPTIONS, match } from './match.ts';
export type { MatchOptions, MatchStage, PairMatch } from './match.ts';
export { polishHomography } from './polish.ts';
export { buildPyramid } from './warp-view.ts';
