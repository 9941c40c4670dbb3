export { averageSquares, averageSquaresReference } from './box.ts';
export { enlargeFlow, enlargeFlowReference } from './flow.ts';
export type { EnlargeFlowOptions, FlowGrid } from './flow.ts';
export { enlargePlanes, enlargePlanesReference } from './enlarge.ts';
export { imagePlanes, imagePlanesReference } from './image.ts';
export type { ByteImage } from './types.ts';
export { padPlanes } from './pad.ts';
export { resizePlanes } from './resize.ts';
