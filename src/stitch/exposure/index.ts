export { blockGainAt, estimateBlockGains } from './block-gains.ts';
export type { BlockGains } from './block-gains.ts';
export { estimateExposure } from './compensate.ts';
export { applyTint, estimateTints } from './tints.ts';
export type { Exposure, ExposureOptions } from './compensate.ts';
