import { ShapeError, WhitherError, selectCorrespondences } from '../../core/index.ts';
import type { Correspondences, Image } from '../../core/index.ts';
import type { ExtractOptions } from '../../features/index.ts';
import { readImages, writeImage } from '../../io/index.ts';
import { correspondencesFromFlow, drawMatches, match } from '../../match/pair/index.ts';
import type { MatchOptions, PairMatch } from '../../match/pair/index.ts';
import { DEFAULT_MODEL, round } from '../flow/index.ts';
import type { MatchCommandOptions } from './match-options.ts';
import { checkApart, checkExtension, checkOutputs, createWarnings } from '../shared/index.ts';

/** Fewer matches than these are a matter of the features. */
const FEW = 8;
const NETWORK_ADVICE = '; for images without features that differ little, try --source homography-network';

const IMAGES = ['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff'];

/** `whither match A B`. */
export async function runMatch(pathA: string, pathB: string, options: MatchCommandOptions): Promise<void> {
  await checkOptions(pathA, pathB, options);
  if (options.semantic) {
    const { runSemanticMatch } = await import('./match-semantic-run.ts');
    return runSemanticMatch(pathA, pathB, options);
  }
  const warnings = createWarnings();
  const [imageA, imageB] = await readImages([pathA, pathB], { onWarning: warnings.tell });
  const start = performance.now();
  const result = await matchImages(imageA, imageB, options);
  const milliseconds = performance.now() - start;
  if (options.draw) await draw(options.draw, imageA, imageB, result, options);
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ ...figures(result, milliseconds, options), ...warnings.inJson() }, null, 2)}\n`,
    );
  tell(pathA, pathB, result, milliseconds, options);
}

async function checkOptions(pathA: string, pathB: string, options: MatchCommandOptions): Promise<void> {
  const { draw: drawing, flowModel, source, force = false } = options;
  if (drawing) {
    checkExtension(drawing, IMAGES, '--draw');
    await checkApart([drawing], [pathA, pathB]);
    await checkOutputs([drawing], force);
  }
  if (flowModel && source !== 'flow')
    throw new WhitherError('Expected --source flow with --flow-model but received features: see --help');
  checkSemanticOptions(options);
}

/** What goes with `--semantic`, and what goes with it alone. */
function checkSemanticOptions({ semantic, transform, looks, points, json, draw }: MatchCommandOptions): void {
  if (transform && !semantic) throw new WhitherError('Expected --semantic with --transform: see --help');
  if (looks && !semantic) throw new WhitherError('Expected --semantic with --looks: see --help');
  if (typeof points === 'string' && !semantic)
    throw new WhitherError(`Expected --semantic with --points ${points}: only it takes a file of points`);
  if (points === true && semantic)
    throw new WhitherError('Expected a file after --points with --semantic, such as points.json');
  if (points && !json && !(semantic && draw))
    throw new WhitherError('Expected --json with --points: the points are printed there');
}

async function matchImages(imageA: Image, imageB: Image, options: MatchCommandOptions): Promise<PairMatch> {
  const { model, ratio, threshold, seed, views, rematch, polish } = options;
  const settings = { model, ratio, threshold, seed, simulate: views, rematch, polish };
  if (options.source === 'flow') {
    return matchByFlow(imageA, imageB, settings, options.flowModel);
  }
  if (options.source === 'homography-network') return matchByNetwork(imageA, imageB, settings);
  const features: ExtractOptions = { detector: options.detector, count: options.count };
  const { descriptor } = options;
  if (descriptor === 'sift' || descriptor === 'rootsift')
    return match(imageA, imageB, { ...settings, features: { ...features, descriptor } });
  const { loadPatchModel, toPatchDescriptor } = await import('../../match/patches/index.ts');
  const network = await loadPatchModel(descriptor);
  try {
    const described = { ...features, descriptor: toPatchDescriptor(network) };
    return await match(imageA, imageB, { ...settings, features: described });
  } finally {
    await network.dispose();
  }
}

/** Estimates of less confidence than this count as none: of 38 unrelated pairs the surest had 0.46, the next 0.11. */
const LEAST_CONFIDENCE = 0.5;

/** The points have no say in how sure this is; the network's own confidence takes the place of the fit's. */
async function matchByNetwork(imageA: Image, imageB: Image, settings: MatchOptions): Promise<PairMatch> {
  const { correspondencesFromHomography, estimateHomography, loadHomographyModel } =
    await import('../../match/homography/index.ts');
  const model = await loadHomographyModel();
  try {
    const { homography, confidence } = await estimateHomography(model, imageA, imageB);
    const all = correspondencesFromHomography(homography, imageA, imageB, { score: confidence });
    const trusted = confidence >= LEAST_CONFIDENCE;
    const correspondences = trusted ? all : selectCorrespondences(all, []);
    const found = await match(imageA, imageB, { ...settings, rematch: false, correspondences });
    const reason = trusted ? found.reason : `the network's confidence is only ${confidence.toFixed(2)}`;
    return { ...found, confidence, reason };
  } finally {
    await model.dispose();
  }
}

/** Pixels from one sample of a flow to the next. */
const FLOW_STEP = 8;

/** The flow must be sure of this share of the image and agree there: a smooth field agrees with itself anywhere. */
const LEAST_FLOW_SHARE = 0.2;

async function matchByFlow(
  imageA: Image,
  imageB: Image,
  settings: MatchOptions,
  name?: string,
): Promise<PairMatch> {
  const correspondences = await flowCorrespondences(imageA, imageB, name);
  // What flow found would be lost on features, of which there may be none.
  const options = { ...settings, rematch: false };
  const found = await match(imageA, imageB, { ...options, correspondences });
  const share = found.inlierCount / countSamples(imageA);
  if (!found.matrix || share >= LEAST_FLOW_SHARE) return found;
  const none = await match(imageA, imageB, {
    ...options,
    correspondences: selectCorrespondences(correspondences, []),
  });
  return { ...none, reason: `the flow agrees on only ${Math.round(100 * share)} % of the image` };
}

/** Samples of a flow that is known everywhere. */
const countSamples = ({ width, height }: Image): number =>
  Math.max(1, Math.round(width / FLOW_STEP) * Math.round(height / FLOW_STEP));

async function flowCorrespondences(
  imageA: Image,
  imageB: Image,
  name = DEFAULT_MODEL,
): Promise<Correspondences> {
  if (imageA.width !== imageB.width || imageA.height !== imageB.height)
    throw new ShapeError(
      `Expected two images of one size for --source flow but they are ${imageA.width} x ${imageA.height} ` +
        `and ${imageB.width} x ${imageB.height}: use features`,
    );
  const [{ loadFlowModel }, { estimateFlow }] = await Promise.all([
    import('../../flow/network/index.ts'),
    import('../../flow/estimate/index.ts'),
  ]);
  const model = await loadFlowModel(name);
  try {
    const { flow, confidence } = await estimateFlow(model, imageA, imageB, { both: true });
    return correspondencesFromFlow(flow, { confidence, step: FLOW_STEP });
  } finally {
    await model.dispose();
  }
}

async function draw(
  path: string,
  imageA: Image,
  imageB: Image,
  { correspondences, inliers, homography }: PairMatch,
  { force }: MatchCommandOptions,
): Promise<void> {
  const image = drawMatches(imageA, imageB, correspondences, { inliers, homography });
  await writeImage(path, image, { overwrite: force });
}

function figures(result: PairMatch, milliseconds: number, { points }: MatchCommandOptions): object {
  const { correspondences: all, model, matrix, homography, reason, inliers } = result;
  const pair = (values: Float64Array, i: number) => [round(values[2 * i]), round(values[2 * i + 1])];
  return {
    model,
    homography,
    ...(model === 'fundamental' ? { fundamental: matrix } : {}),
    ...(reason ? { reason } : {}),
    matches: all.scores.length,
    inliers: result.inlierCount,
    rmse: matrix ? round(result.rmse) : null,
    confidence: round(result.confidence),
    ambiguous: result.ambiguous,
    iterations: result.iterations,
    source: all.source,
    milliseconds: round(milliseconds),
    stages: result.stages.map((stage) => ({ ...stage, milliseconds: round(stage.milliseconds) })),
    ...(points
      ? {
          points: Array.from(inliers, (inlier, i) => ({
            a: pair(all.pointsA, i),
            b: pair(all.pointsB, i),
            score: round(all.scores[i]),
            inlier: inlier === 1,
          })),
        }
      : {}),
  };
}

const AMBIGUOUS = '  ambiguous: the texture repeats, and other shifts explain the matches as well\n';

/** One line on stderr, or two; that the images do not match is a result, but one that the exit code tells. */
function tell(
  pathA: string,
  pathB: string,
  { model, matrix, reason, inlierCount, correspondences, rmse, ambiguous }: PairMatch,
  milliseconds: number,
  { draw: drawing, source }: MatchCommandOptions,
): void {
  const time = `${Math.round(milliseconds)} ms`;
  const written = drawing ? `: ${drawing}` : '';
  if (matrix) {
    process.stderr.write(
      `${model} by ${inlierCount} of ${correspondences.scores.length} matches, ` +
        `${rmse.toFixed(2)} px apart, in ${time}${written}\n${ambiguous ? AMBIGUOUS : ''}`,
    );
    return;
  }
  process.exitCode = 1;
  const advice = source === 'features' && correspondences.scores.length < FEW ? NETWORK_ADVICE : '';
  process.stderr.write(
    `whither: Expected two images of one scene but found no ${model} from ${pathA} to ${pathB}: ${reason}${advice}${written}\n`,
  );
}
