/** How far apart two computations of one thing may be; every test takes its tolerance from here. */
export const TOLERANCE = {
  /** float32 sums of up to a few hundred products of values near 1, in another order. */
  correlation: 2e-4,
  /** Softmaxes over up to some thousand float32 scores, and the mean place under them, in cells. */
  matching: 2e-4,
  /** The same network through two runtimes or two graphs, flow in pixels. */
  networkFlow: 2e-2,
  /** The same, mean over a pair. */
  networkFlowMean: 1e-3,
  /** A network whose decoder computes in 8-bit integers against the same in float32: mean in pixels, unrefined. */
  eightBits: 0.2,
  /** The same of three looks at a pair, each by what the one before found, corners in pixels of 128. */
  networkCorners: 2e-2,
  /** A whole schedule of passes against PyTorch's operators, flow of a few pixels. */
  coarseToFine: 1e-3,
  /** A nonlinear solver stopped on its way, in float32 against float64, from rough starts; flow in pixels. */
  refinement: 5e-3,
  /** Refinement in tiles against the whole, flow in pixels: the mean, and where windows meet the border of the image. */
  tilesMean: 2e-3,
  tilesGreatest: 5e-2,
  /** A whole estimate in small tiles against that at once, mean in pixels. */
  tiledEstimate: 0.1,
  /** The confidence of both, mean of 0 to 1. */
  tiledConfidence: 0.01,
  /** A motion fitted with a small ridge, and with weights that never quite reach zero, in cells. */
  leastSquares: 0.02,
  /** Interpolation in float32. */
  interpolation: 1e-4,
  /** A smooth flow chained with its inverse by splatting, in pixels. */
  flowInverse: 0.15,
  /** Mean difference of samples, of 255, through a video codec with halved colour resolution. */
  video: 2.5,
  /** Samples of flat saturated areas, of 255, through the same. */
  videoFlat: 6,
  /** Mean difference of samples, of 255, through a palette of 256 colours with dither. */
  gif: 2,
  /** Samples of flat areas, of 255, through the same: the quantiser rounds the last bit. */
  gifFlat: 1,
  /** Distances from products in float32 of vectors of length near 1; next to 0 a root makes more of the rounding. */
  distance: 1e-3,
  /** Decimal digits of a number that went through text, or through another order of summing in float64. */
  digits: 10,
  /** A network's descriptors of length 1, or its scores, through ONNX Runtime and through PyTorch. */
  descriptor: 1e-4,
  /** A trunk's features, values up to some tens, through ONNX Runtime and through TFLite. */
  trunkFeature: 1e-3,
  /** Numbers of a map of the plane -1..1, by weights of 16 and of 32 bits. */
  halvedWeights: 5e-3,
  /** Descriptors of length 1 of an image whose grey values were rounded on one side and not on the other. */
  greyRounding: 2e-2,
  /** Exact points through a solver in float64, in pixels of images of up to 1000. */
  geometry: 1e-6,
  /** A geometry fitted to 200 to 300 points with noise of half a pixel, in pixels within the image. */
  robustFit: 0.5,
  /** A blur in float32 in another order, of 255. */
  blur: 1e-3,
  /** Histograms of up to some hundred gradients of up to 255, by an arc tangent that is wrong by 1e-5. */
  describe: 0.1,
  /** Keypoints against OpenCV's: nine in ten are within this, in pixels, natural logarithms and radians. */
  keypointPlace: 0.1,
  keypointScale: 0.05,
  keypointAngle: 0.05,
  /** 1 minus the cosine of SIFT descriptors and OpenCV's, which are rounded to bytes: nine in ten are below. */
  siftDescriptor: 0.02,
  /** Corners of an image warped by a known homography and found again from its pixels, in pixels. */
  pairMatch: 0.25,
  /** Cameras adjusted to exact points, in pixels. */
  adjusted: 1e-3,
  /** Geometry in float64, each step exact. */
  doubles: 1e-9,
  /** Gains from smooth images averaged over 3 x 3 pixels. */
  gain: 1e-2,
  /** Pyramids taken apart and put together in float32, of 255. */
  blend: 1e-3,
  /** Small views cut from a drawing, stitched: places within the overlap, in pixels. */
  stitched: 0.5,
} as const;
