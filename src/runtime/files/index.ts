/** Where models lie, and the bytes of their files. */
export { findInPackage, listModels, modelsFolder, packageFolder } from './installed-models.ts';
export { readModelFile } from './model-file.ts';
export type { InstalledModel } from './model-file.ts';
export { findModel } from './models.ts';
