import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_FLOW_MODEL } from '../../flow/network/index.ts';
import { FLOW_PRESETS } from '../../runtime/manifest/index.ts';
import type { SteadyCommandOptions } from './steady-options.ts';

const HELP = `
Frames are enlarged just so much that no border is seen, which crops at most --max-crop of the width and height; shakes
that need more are smoothed less. With --fill they keep their size, and show beyond the borders what was there before.
Sound and the times of frames are kept. Scenes between cuts are steadied each for itself.

Examples:
  whither steady clip.mp4 -o steady.mp4
  whither steady clip.mp4 -o steady.mp4 --smoothing 40 --max-crop 0.3
  whither steady clip.mp4 -o steady.mp4 --fill`;

/** `whither steady`: a video without its shake. */
export function addSteadyCommand(program: Command): void {
  program
    .command('steady')
    .description('take the shake out of a video')
    .argument('<input>', 'a video, GIF or folder of images')
    .requiredOption('-o, --output <path>', 'the result: video, GIF or folder')
    .option('--smoothing <frames>', 'deviation of the Gaussian over the path, in frames', parseSmoothing, 15)
    .option('--max-crop <share>', 'most that is lost of the width and height, 0 to 0.5', parseCrop, 0.2)
    .option('--fill', 'do not enlarge: show beyond the borders what was there before')
    .option('--no-sound', 'leave the sound out')
    .option('--model <name>', 'installed model, or a folder with a model.json', DEFAULT_FLOW_MODEL)
    .addOption(new Option('--preset <name>', 'speed against accuracy (default: fast)').choices(FLOW_PRESETS))
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (input: string, options: SteadyCommandOptions) => {
      const { steadyCommand } = await import('./steady-run.ts');
      await steadyCommand(input, options);
    });
}

function parseSmoothing(text: string): number {
  const value = Number(text);
  if (!(text.trim() && value >= 0 && value <= 1000))
    throw new InvalidArgumentError('Expected a number of frames from 0 to 1000.');
  return value;
}

function parseCrop(text: string): number {
  const value = Number(text);
  if (!(text.trim() && value >= 0 && value <= 0.5))
    throw new InvalidArgumentError('Expected a share from 0 to 0.5.');
  return value;
}
