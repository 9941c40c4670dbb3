/** `whither/track`: points and boxes followed through videos. */
export * from '../track/index.ts';
export { drawBox, drawTracks } from '../draw/index.ts';
export type { DrawnTrack } from '../draw/index.ts';
