import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { parseCount } from '../flow/index.ts';
import type { MatchCommandOptions } from './match-options.ts';

const MODELS = ['translation', 'similarity', 'affine', 'homography', 'fundamental'];

const TRANSFORMS = ['none', 'affine', 'homography', 'tps', 'affine-tps', 'fitted-affine', 'fitted-tps'];

const HELP = `
The model is what relates the images:
  homography    a flat scene, or a camera that only turns (default)
  affine, similarity, translation
                simpler maps, for scans, maps and small parts
  fundamental   any scene from two places: lines on which partners lie

--source says where matches come from:
  features            Features are matched, and wrong matches left out. Then A is warped onto B and matched again.
                      Where few matches agree, the images are also seen as from other sides (--views). That takes longer.
  flow                Dense flow is sampled. For images of one size with little texture and small motion.
  homography-network  A network says where A's corners go, and the images are aligned from there. For images that differ
                      little and are too blurred, dark or noisy for features. With --polish it is as exact as features.
                      It loses far views. Its matches always agree, so look at confidence, 0 to 1. Below 0.3 there is
                      no match.

--json prints the homography, the matches, the inliers and how they were found. The homography is nine numbers, row by
row, from pixels of A to pixels of B. The exit code is 1 where the images do not match.

--semantic finds the same parts of two different objects of one kind: the wheel of one motorbike on another. --points
names a file of points in A, [[x, y], ...]; with --json the answer is the points in B. --draw shows A, B with the points,
B warped onto A, and both mixed. There is always an answer. Its score, 0 to 1, says how far to trust it.

Examples:
  whither match left.jpg right.jpg --draw matches.png
  whither match a.png b.png --json --model affine
  whither match frame1.png frame2.png --source flow --json
  whither match dark1.png dark2.png --source homography-network --polish --json
  whither match cat1.jpg cat2.jpg --semantic --points eyes.json --json --draw cats.png`;

/** `whither match`: the map from one image to another. */
export function addMatchCommand(program: Command): void {
  program
    .command('match')
    .description('find how two images of one scene map onto each other')
    .argument('<imageA>', 'image')
    .argument('<imageB>', 'image')
    .option('--draw <path>', 'both images with lines between the points that match')
    .option('--json', 'print the result as JSON')
    .option('--points [path]', 'with --json: the points too; with --semantic: a file of points to carry over')
    .option('--semantic', 'find the same parts of two objects of one kind, instead of one scene')
    .addOption(
      new Option('--transform <name>', 'with --semantic: the global warp; default fitted-tps').choices(
        TRANSFORMS,
      ),
    )
    .option(
      '--looks <n>',
      'with --semantic: how often B is looked at, 1 to 8; 2 for objects of another size or angle',
      parseLooks,
    )
    .addOption(new Option('--model <name>', 'what is fitted').choices(MODELS).default('homography'))
    .addOption(
      new Option('--source <name>', 'where matches come from')
        .choices(['features', 'flow', 'homography-network'])
        .default('features'),
    )
    .addOption(
      new Option('--detector <name>', 'what finds keypoints')
        .choices(['dog', 'harris', 'fast'])
        .default('dog'),
    )
    .option('--descriptor <name>', 'rootsift, sift, or an installed patch model such as patchnet', 'rootsift')
    .option('--flow-model <name>', 'with --source flow: installed model, or a folder with a model.json')
    .option('--count <n>', 'most keypoints an image', parseCount, 4000)
    .option('--ratio <r>', 'greatest ratio of best to second best, 0 to 1', parseRatio, 0.8)
    .option('--threshold <pixels>', 'greatest error of an inlier', parsePixels, 3)
    .option('--seed <n>', 'seed of the random samples', parseCount, 1)
    .addOption(
      new Option('--views <when>', 'look from other sides')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--no-rematch', 'do not match again with A warped onto B')
    .option('--polish', 'align the images themselves at the end, for scenes of few features')
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (imageA: string, imageB: string, options: MatchCommandOptions) => {
      const { runMatch } = await import('./match-run.ts');
      await runMatch(imageA, imageB, options);
    });
}

function parseLooks(text: string): number {
  const value = Number(text);
  if (!/^[1-8]$/.test(text)) throw new InvalidArgumentError('Expected an integer from 1 to 8.');
  return value;
}

function parseRatio(text: string): number {
  const value = Number(text);
  if (!text.trim() || !(value > 0 && value <= 1))
    throw new InvalidArgumentError('Expected a number above 0 and up to 1.');
  return value;
}

function parsePixels(text: string): number {
  const value = Number(text);
  if (!text.trim() || !(value > 0 && value < Infinity))
    throw new InvalidArgumentError('Expected a number of pixels above 0.');
  return value;
}
