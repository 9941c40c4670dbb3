import { WhitherError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { applyWarp } from '../../geometry/index.ts';
import { readText } from '../../io/disk/index.ts';
import { readImages, writeImage } from '../../io/index.ts';
import {
  drawSemanticMatch,
  loadSemanticModel,
  matchSemantic,
  transferPoints,
} from '../../match/semantic/index.ts';
import type { SemanticMatch } from '../../match/semantic/index.ts';
import { round } from '../flow/index.ts';
import type { MatchCommandOptions } from './match-options.ts';
import { createWarnings } from '../shared/index.ts';

/** `whither match A B --semantic`. */
export async function runSemanticMatch(
  pathA: string,
  pathB: string,
  options: MatchCommandOptions,
): Promise<void> {
  const points = typeof options.points === 'string' ? await readPoints(options.points) : null;
  const warnings = createWarnings();
  const [imageA, imageB] = await readImages([pathA, pathB], { onWarning: warnings.tell });
  const match = await findMatch(imageA, imageB, options);
  if (options.draw)
    await writeImage(options.draw, drawSemanticMatch(imageA, imageB, match, points ? { points } : {}), {
      overwrite: options.force ?? false,
    });
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ ...figures(match, points, imageA), ...warnings.inJson() }, null, 2)}\n`,
    );
  const written = options.draw ? `: ${options.draw}` : '';
  const time = `${Math.round(match.milliseconds)} ms`;
  process.stderr.write(`semantic match, confidence ${match.score.toFixed(2)}, in ${time}${written}\n`);
}

async function findMatch(
  imageA: Image,
  imageB: Image,
  { transform, looks }: MatchCommandOptions,
): Promise<SemanticMatch> {
  const model = await loadSemanticModel();
  try {
    return await matchSemantic(model, imageA, imageB, { transform, looks });
  } finally {
    await model.dispose();
  }
}

/** Points of a JSON file, `[[x, y], ...]`, as x and y interleaved. */
async function readPoints(path: string): Promise<number[]> {
  const wrong = (what: string): WhitherError =>
    new WhitherError(`Expected points as [[x, y], ...] in ${path} but ${what}`);
  let list: unknown;
  try {
    list = JSON.parse(await readText(path, 'a list of points'));
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong(`it is no JSON: ${error.message}`);
    throw error;
  }
  if (!Array.isArray(list)) throw wrong('it holds no list');
  return list.flatMap((point: unknown, i) => {
    if (Array.isArray(point) && point.length === 2 && point.every((value) => Number.isFinite(value)))
      return point as [number, number];
    throw wrong(`entry ${i} is ${JSON.stringify(point).slice(0, 60)}`);
  });
}

function figures(match: SemanticMatch, points: readonly number[] | null, imageA: Image): object {
  const carried = points && transferPoints(match, points);
  return {
    score: round(match.score),
    ...(carried && {
      points: pairs(carried.pointsB),
      confidence: Array.from(carried.scores, (score) => round(score)),
    }),
    transform: match.transform && {
      name: match.transform.name,
      consistency: round(match.transform.consistency),
      // A warp has no one matrix: where a grid of 5 x 5 points goes says all that a reader can use.
      ...grid(match, imageA),
    },
    backend: match.backend,
    milliseconds: round(match.milliseconds),
  };
}

function grid({ transform }: SemanticMatch, { width, height }: Image): object {
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const from = steps.flatMap((y) => steps.flatMap((x) => [x * (width - 1), y * (height - 1)]));
  return { from: pairs(from), to: pairs(applyWarp(transform!.warpAB, from)) };
}

const pairs = (points: ArrayLike<number>): [number, number][] =>
  Array.from({ length: points.length / 2 }, (_, i) => [round(points[2 * i]), round(points[2 * i + 1])]);
