export { createFeatureMatcher, examinePair } from './match-pairs.ts';
export type { PairMatcher } from './match-pairs.ts';
export { pickFrames } from './pick-frames.ts';
export type { PickFramesOptions, VideoFrame } from './pick-frames.ts';
export { THUMBNAIL_PIXELS, readView, register } from './register.ts';
export type { Registered, Registration } from './register.ts';
export { verifyPair } from './verify-pair.ts';
export type { PairEvidence, PairVerdict } from './verify-pair.ts';
export type { RegisterOptions } from './register.ts';
