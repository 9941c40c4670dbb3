export { Mosaic } from './mosaic.ts';
export { blendTiles } from './tile-blend.ts';
export { betterInTiles, followFlow } from './tile-pair.ts';
export type { TilePair } from './tile-pair.ts';
export { planTiles } from './tile-plan.ts';
export type { TileOptions, TilePlan } from './tile-plan.ts';
export { levelSize, planLevel, seeWhole, tileSide } from './tiling.ts';
export type { TileOption, Tiling } from './tiling.ts';
