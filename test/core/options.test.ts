import { describe, expect, it } from 'vitest';
import { applyHomography, checkOptions, transformPoints } from '../../src/core/index.ts';
import type { Homography } from '../../src/core/index.ts';
import * as evaluate from '../../src/api/evaluate.ts';
import * as features from '../../src/api/features.ts';
import * as flows from '../../src/api/flow.ts';
import * as geometry from '../../src/api/geometry.ts';
import * as stitching from '../../src/api/stitch.ts';
import * as whither from '../../src/index.ts';

const image = { width: 8, height: 8, data: new Uint8Array(192) };
const flow = { width: 8, height: 8, data: new Float32Array(128) };
const pairs = geometry.createCorrespondences([0, 0], [1, 1]);
const descriptors = { count: 2, length: 2, data: Float32Array.of(1, 0, 0, 1) };
const keypoints = features.detectKeypoints(image);
const extracted = { keypoints, descriptors };
const labelled = { descriptors, labels: [0, 0] };
const model = { manifest: {} } as never;
const frames = async function* () {
  yield* [];
};

/** Calls of public functions with an option that none of them has. */
const CALLS: Readonly<Record<string, (wrong: object) => unknown>> = {
  estimateFlow: (wrong) => whither.estimateFlow(model, image, image, wrong),
  flowSequence: (wrong) => whither.flowSequence(model, [image], wrong).next(),
  loadFlowModel: (wrong) => whither.loadFlowModel('whither-flow', wrong),
  refineFlow: (wrong) => flows.refineFlow(flow, image, image, wrong),
  refine: (wrong) => flows.refineFlow(flow, image, image, { levels: [{ factor: 1, ...wrong }] }),
  warpImage: (wrong) => whither.warpImage(image, flow, wrong),
  splatImage: (wrong) => flows.splatImage(image, flow, wrong),
  invertFlow: (wrong) => flows.invertFlow(flow, wrong),
  checkForwardBackward: (wrong) => flows.checkForwardBackward(flow, flow, wrong),
  flowStatistics: (wrong) => whither.flowStatistics(flow, wrong),
  sequenceMagnitude: (wrong) => flows.sequenceMagnitude(wrong),
  scoreFlow: (wrong) => evaluate.scoreFlow(flow, flow, wrong),
  colorizeFlow: (wrong) => whither.colorizeFlow(flow, wrong),
  drawArrows: (wrong) => whither.drawArrows(image, flow, wrong),
  errorMap: (wrong) => evaluate.errorMap(flow, flow, wrong),
  match: (wrong) => whither.match(image, image, wrong),
  drawMatches: (wrong) => whither.drawMatches(image, image, pairs, wrong),
  matchSemantic: (wrong) => whither.matchSemantic(model, image, image, wrong),
  loadSemanticModel: (wrong) => whither.loadSemanticModel('semantic', wrong),
  drawSemanticMatch: (wrong) => whither.drawSemanticMatch(image, image, {} as never, wrong),
  estimateHomography: (wrong) => geometry.estimateHomography(model, image, image, wrong),
  loadHomographyModel: (wrong) => geometry.loadHomographyModel('homography', wrong),
  loadPatchModel: (wrong) => whither.loadPatchModel('patchnet', wrong),
  similarities: (wrong) => whither.similarity(model, image, image, wrong),
  similarityMap: (wrong) => whither.similarityMap(model, image, { x: 0, y: 0 }, image, wrong),
  describeDense: (wrong) => features.describeDense(model, image, wrong),
  detectKeypoints: (wrong) => features.detectKeypoints(image, wrong),
  describeKeypoints: (wrong) => features.describeKeypoints(image, keypoints, wrong),
  extractFeatures: (wrong) => whither.match(image, image, { features: wrong }),
  matchDescriptors: (wrong) => features.matchDescriptors(descriptors, descriptors, wrong),
  matchFeatures: (wrong) => features.matchFeatures(extracted, extracted, wrong),
  findNearest: (wrong) => features.findNearest(descriptors, descriptors, wrong),
  createNearestIndex: (wrong) => features.createNearestIndex(descriptors, wrong),
  fitModel: (wrong) => geometry.fitHomography(pairs, wrong),
  correspondencesFromFlow: (wrong) => geometry.correspondencesFromFlow(flow, wrong),
  correspondencesFromHomography: (wrong) =>
    geometry.correspondencesFromHomography([1, 0, 0, 0, 1, 0, 0, 0, 1], image, image, wrong),
  scoreRetrieval: (wrong) => evaluate.scoreRetrieval(labelled, wrong),
  clusterDescriptors: (wrong) => evaluate.clusterDescriptors(descriptors, 1, wrong),
  fitMahalanobis: (wrong) => evaluate.fitMahalanobis(descriptors, wrong),
  fitLda: (wrong) => evaluate.fitLda(descriptors, [0, 1], wrong),
  stitch: (wrong) => whither.stitch([image, image], wrong),
  pickFrames: (wrong) => stitching.pickFrames(frames(), wrong),
  readImage: (wrong) => whither.readImage('a.png', wrong),
  decodeImage: (wrong) => whither.decodeImage(new Uint8Array(4), wrong),
  readMask: (wrong) => whither.readMask('a.png', wrong),
  writeImage: (wrong) => whither.writeImage('a.png', image, wrong),
  writeMask: (wrong) => whither.writeMask('a.png', image, wrong),
  readFlow: (wrong) => whither.readFlow('a.flo', wrong),
  decodeFlow: (wrong) => whither.decodeFlow(new Uint8Array(4), 'flo', wrong),
  writeFlow: (wrong) => whither.writeFlow('a.flo', flow, wrong),
  openFrames: (wrong) => whither.openFrames('clip.mp4', wrong),
  createFrameSink: (wrong) =>
    whither.createFrameSink('out.mp4', { width: 8, height: 8, frameRate: 25, ...wrong }),
};

/** What a function throws, or its promise is rejected with. */
const errorOf = (call: () => unknown): Promise<Error> =>
  Promise.resolve()
    .then(call)
    .then(
      () => new Error('nothing was thrown'),
      (error: Error) => error,
    );

describe('an option that does not exist', () => {
  it.each(Object.keys(CALLS))('is refused by %s, which names those that do', async (name) => {
    const { message } = await errorOf(() => CALLS[name]({ treshold: 1 }));
    const called = name === 'refine' ? 'levels\\[0\\]' : name;
    expect(message).toMatch(new RegExp(`^Expected an option of ${called} \\(.+\\) but received treshold$`));
  });

  it.each([null, [1], 'fast', 3])('and what is no object of options is refused: %j', (options) => {
    expect(() => checkOptions(options as object, {}, 'match')).toThrow(
      'Expected an object of options for match',
    );
  });
});

describe('matrices and points that are nested', () => {
  const nested = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as unknown as Homography;
  const flat: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];

  it('are refused', () => {
    const matrix = 'Expected nine finite numbers, a 3 x 3 matrix row by row, for';
    expect(() => applyHomography(nested, 0, 1)).toThrow(matrix);
    expect(() => geometry.invertHomography(nested)).toThrow(matrix);
    expect(() => geometry.composeHomographies(flat, nested)).toThrow(`${matrix} homographyAB`);
    expect(() => transformPoints(nested, [0, 0])).toThrow(matrix);
    const points = 'Expected x and y of each point, interleaved, for';
    expect(() => transformPoints(flat, [[1, 2]] as never)).toThrow(points);
    expect(() => geometry.createCorrespondences([[1, 2]] as never, [[1, 2]] as never)).toThrow(points);
  });

  it('and so are arguments in another order, or left out', () => {
    expect(() => applyHomography(3 as never, flat as never, 1)).toThrow('nine finite numbers');
    expect(() => applyHomography(flat, [1, 2] as never, undefined as never)).toThrow('Expected two numbers');
    expect(() => transformPoints([1, 2] as never, flat as never)).toThrow('nine finite numbers');
    expect(() => whither.warpImage(flow as never, image as never)).toThrow(/for imageB/);
    expect(() => whither.drawArrows(flow as never, image as never)).toThrow(/for image/);
  });
});
