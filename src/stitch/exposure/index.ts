export { blockGainAt, estimateBlockGains } from './block-gains.ts';
export type { BlockGains } from './block-gains.ts';
export { estimateExposure } from './compensate.ts';
export { estimateTints } from './tints.ts';
export { estimateWhite } from './white.ts';
export type { Exposure, ExposureOptions } from './compensate.ts';
