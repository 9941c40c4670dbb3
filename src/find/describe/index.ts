/** One vector of a whole image. */
export { GlobalModel, describeImage, loadGlobalModel } from './global-model.ts';
export type { LoadGlobalModelOptions } from './global-model.ts';
