export { motionBetween } from './motion.ts';
export { mixBetween } from './mix.ts';
export type { BetweenInput, BetweenLayer, BetweenSide } from './types.ts';
