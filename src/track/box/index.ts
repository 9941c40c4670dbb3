export { BoxTracker } from './box-tracker.ts';
export type { Box } from './box-tracker.ts';
