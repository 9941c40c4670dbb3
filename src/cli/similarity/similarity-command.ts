import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parseCount } from '../flow/index.ts';
import type { SimilarityCommandOptions } from './similarity-options.ts';

const HELP = `
Two images, each taken as one patch, give a score (greater is more alike) and a distance (smaller is more alike).
With --at, the place in the second image that looks most like that point of the first, at the scale of the images.
An image and a folder: the images of the folder, the most alike first.

--model is an installed network (see whither models) or needs none:
  raw, ncc           pixels and their normalised cross-correlation
  color-histogram    which colours, not where
  sift, rootsift     gradient histograms

--metric compares descriptors by l1, l2, squared-l2, dot, cosine, angular or rbf instead of by what the model was
made for; or by one that was fitted and saved: the name of its .json file.

Examples:
  whither similarity patch1.png patch2.png
  whither similarity patch1.png patch2.png --model rootsift --metric cosine --json
  whither similarity view1.jpg view2.jpg --at 320,240 --map heat.png
  whither similarity query.jpg photos/ --model color-histogram --top 10`;

/** `whither similarity`: how alike images are, and where a point of one is in the other. */
export function addSimilarityCommand(program: Command): void {
  program
    .command('similarity')
    .description('tell how alike two images are, find a point again, or rank a folder')
    .argument('<imageA>', 'image, or the query')
    .argument('<imageB>', 'image, or a folder to rank')
    .option(
      '--model <name>',
      'installed model, folder with a model.json, or a measure, see below',
      'patchnet',
    )
    .option('--metric <name>', 'what descriptors are compared by, see below')
    .option(
      '--threshold <distance>',
      'say whether the two show the same: at this distance or less',
      parseNumber,
    )
    .option('--at <x,y>', 'point of the first image to find in the second, in pixels', parsePoint)
    .option('--map <path>', 'with --at: where it may be, as an image')
    .option('--top <n>', 'folder: print no more than this many', parseCount)
    .option('--json', 'print the figures as JSON')
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (imageA: string, imageB: string, options: SimilarityCommandOptions) => {
      const { runSimilarity } = await import('./similarity-run.ts');
      await runSimilarity(imageA, imageB, options);
    });
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (!text.trim() || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

function parsePoint(text: string): { x: number; y: number } {
  const parts = text.split(',').map((part) => (part.trim() ? Number(part) : NaN));
  if (parts.length !== 2 || !parts.every(Number.isFinite))
    throw new InvalidArgumentError('Expected x and y in pixels such as 320,240.');
  return { x: parts[0], y: parts[1] };
}
