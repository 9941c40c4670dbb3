export { ESTIMATORS } from './estimators.ts';
export { logFalseAlarms, toConfidence } from './false-alarms.ts';
export { fitHomography, fitModel } from './fit-model.ts';
export { sampsonDistance } from './fundamental-estimator.ts';
export { createRandom } from './random.ts';
export { solveModel } from './solve-model.ts';
