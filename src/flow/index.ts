export * from './colors.ts';
export * from './consistency.ts';
export * from './drawing.ts';
export * from './metrics.ts';
export * from './resize.ts';
export * from './statistics.ts';
export * from './warp.ts';
