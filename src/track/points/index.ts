export { PointTracker } from './point-tracker.ts';
export { trackImage } from './track-image.ts';
export type { TrackImage } from './track-image.ts';
