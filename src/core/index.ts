export { checkAborted, checkSignal } from './abort.ts';
export { checkImage } from './check-image.ts';
export {
  checkColor,
  checkFlow,
  checkGrid,
  checkNumber,
  checkPositive,
  checkRectangle,
  checkSameSize,
} from './check.ts';
export { coreCount, nextTurn } from '../../kernels/wasm/platform.ts';
export {
  countCorrespondences,
  createCorrespondences,
  joinCorrespondences,
  pickCorrespondences,
  selectCorrespondences,
  swapCorrespondences,
} from './correspondences.ts';
export type { CorrespondenceSource, Correspondences } from './correspondences.ts';
export {
  BackendError,
  FileError,
  ModelError,
  ShapeError,
  WhitherError,
  checkInteger,
  checkOneOf,
  describe,
  expected,
  oneLine,
} from './errors.ts';
export {
  IDENTITY,
  applyHomography,
  checkHomography,
  checkPoints,
  composeHomographies,
  determinant3,
  homographyJacobian,
  invertHomography,
  multiply3,
  normalizeHomography,
  resizeHomography,
  transformPoints,
  transpose3,
} from './homography.ts';
export type { Homography, Matrix3 } from './homography.ts';
export { fromJson, toJson } from './json.ts';
export { flowMagnitudes, isKnown, knownPixels } from './known.ts';
export { luma, lumaAt } from './luma.ts';
export { LEAST_SCALE, SCALE_PERCENTILE, STILL, motionScale } from './motion-scale.ts';
export { checkOptions, pickOptions } from './options.ts';
export type { OptionNames } from './options.ts';
export { asNdarray, fromNdarray } from './ndarray.ts';
export { quantiles } from './quantile.ts';
export { sampleBilinear } from './sample-bilinear.ts';
export type { Color, FlowField, Image, Mask, Rectangle, ScalarField, Size, Tensor } from './types.ts';
export type { NumericNdArray } from './ndarray.ts';
