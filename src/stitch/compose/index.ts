export type { Background } from './background.ts';
export { blendFeather } from './blend.ts';
export type { Tile } from './blend.ts';
export { composePanorama, tilePixels, tilesOf } from './compose.ts';
export type { BlendMethod, ComposeOptions, ComposedTile, Composition } from './compose.ts';
export { createMemorySink } from './memory-sink.ts';
export type { MemorySink } from './memory-sink.ts';
