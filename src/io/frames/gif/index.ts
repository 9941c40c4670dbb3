export { countWholeImages } from './gif-blocks.ts';
export { createGifSink } from './gif-sink.ts';
