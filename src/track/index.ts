export { collectTracks } from './collect-tracks.ts';
export type { CollectTracksOptions } from './collect-tracks.ts';
export { gridPoints } from './query-points.ts';
export type { RepeatableFrames } from './reverse-frames.ts';
export { trackPoints } from './track-points.ts';
export type { TrackOptions } from './track-points.ts';
export type { QueryPoint, Track, TrackedFrame, Tracks } from './types.ts';
