export { PointTracker } from './point-tracker.ts';
export { showSameScene } from './scaffold.ts';
export { trackImage } from './track-image.ts';
export type { TrackImage } from './track-image.ts';
