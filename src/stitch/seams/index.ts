export { alignViews } from './align-views.ts';
export type { Alignment, FlowBetween, PairAlignment } from './align-views.ts';
export { isMixed, ownerAt, ownersOf, pixelsOf } from './owners.ts';
export type { OwnerMap, PlacedSeams } from './owners.ts';
export { findSeams, growSeams } from './seams.ts';
export type { SeamMap, SeamMethod, SeamOptions } from './seams.ts';
