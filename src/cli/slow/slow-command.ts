import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_FLOW_MODEL } from '../../flow/network/index.ts';
import { FLOW_PRESETS } from '../../runtime/manifest/index.ts';
import type { SlowCommandOptions } from './slow-options.ts';

const HELP = `
The video keeps its length and its sound, and has more frames a second. With --stretch it keeps its frame rate instead,
lasts --factor times as long, and has no sound. Nothing is mixed across a cut.

Examples:
  whither slow clip.mp4 -o smooth.mp4
  whither slow clip.mp4 -o smooth.mp4 --fps 60
  whither slow clip.mp4 -o slow.mp4 --factor 4 --stretch
  whither slow frames/ -o between/ --factor 8`;

/** `whither slow`: frames between the frames of a video. */
export function addSlowCommand(program: Command): void {
  program
    .command('slow')
    .description('frames between the frames of a video: smoother, or in slow motion')
    .argument('<input>', 'a video, GIF or folder of images')
    .requiredOption('-o, --output <path>', 'the result: video, GIF or folder')
    .option('--factor <number>', 'frames that become of each, 2 to 64 (default: 2)', parseFactor)
    .option('--fps <rate>', 'frames a second instead, evenly', parseRate)
    .option('--stretch', 'slow motion: the same frame rate, factor times as long, without sound')
    .option('--no-sound', 'leave the sound out')
    .option('--model <name>', 'installed model, or a folder with a model.json', DEFAULT_FLOW_MODEL)
    .addOption(
      new Option('--preset <name>', 'speed against accuracy (default: as the model says)').choices(
        FLOW_PRESETS,
      ),
    )
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (input: string, options: SlowCommandOptions) => {
      const { slowCommand } = await import('./slow-run.ts');
      await slowCommand(input, options);
    });
}

function parseFactor(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 2 || value > 64)
    throw new InvalidArgumentError('Expected a whole number from 2 to 64.');
  return value;
}

function parseRate(text: string): number {
  const value = Number(text);
  if (!(text.trim() && value > 0 && value <= 1000))
    throw new InvalidArgumentError('Expected frames a second, above 0 and at most 1000.');
  return value;
}
