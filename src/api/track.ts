/** `whither/track`: points followed through videos. */
export * from '../track/index.ts';
export { drawTracks } from '../draw/index.ts';
export type { DrawnTrack } from '../draw/index.ts';
