import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_FLOW_MODEL } from '../../flow/network/index.ts';
import { FLOW_PRESETS } from '../../runtime/manifest/index.ts';
import type { Box } from '../../track/index.ts';
import type { TrackCommandOptions } from './track-options.ts';

const HELP = `
points.json is a list of [x, y] in the first frame, or of {"x": 10, "y": 20, "frame": 5} that begin in a later one;
these are followed backwards too. (0, 0) is the centre of the top-left pixel.

tracks.json has an entry a frame for each point; points are guesses where visible is false:
  {"frames": n, "tracks": [{"points": [[x, y], ...], "visible": [true, ...], "confidence": [1, ...]}, ...], "cuts": []}

with --box: {"frames": n, "boxes": [[x, y, w, h], ...], "confidence": [1, ...], "cuts": []}, null where it is lost

Examples:
  whither track clip.mp4 --points points.json -o tracks.json
  whither track clip.mp4 --grid 16 -o tracks.json --draw tracks.mp4
  whither track frames/ --grid 24 --draw drawn/
  whither track clip.mp4 --box 120,80,64,48 -o box.json --draw box.mp4`;

/** `whither track`: points followed through a video. */
export function addTrackCommand(program: Command): void {
  program
    .command('track')
    .description('follow points or a box through a video')
    .argument('<input>', 'a video, GIF or folder of images')
    .option('--points <file>', 'JSON file of the points')
    .option('--grid <columns>', 'points on a regular grid of so many columns instead', parseColumns)
    .option('--box <x,y,w,h>', 'a box in the first frame instead', parseBox)
    .option('-o, --output <file>', 'tracks as JSON; else they go to stdout')
    .option('--draw <path>', 'the frames with the tracks on them: video, GIF or folder')
    .option('--model <name>', 'installed model, or a folder with a model.json', DEFAULT_FLOW_MODEL)
    .addOption(
      new Option('--preset <name>', 'speed against accuracy (default: as the model says)').choices(
        FLOW_PRESETS,
      ),
    )
    .option('--no-backwards', 'follow points that begin in a later frame forwards alone')
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (input: string, options: TrackCommandOptions) => {
      const { trackCommand } = await import('./track-run.ts');
      await trackCommand(input, options);
    });
}

function parseColumns(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1000)
    throw new InvalidArgumentError('Expected a number of columns from 1 to 1000.');
  return value;
}

/** The library says which boxes lie outside. */
function parseBox(text: string): Box {
  const [x, y, width, height, ...rest] = text.split(',').map((part) => (part.trim() ? Number(part) : NaN));
  const good = [x, y, width, height].every(Number.isFinite) && width >= 1 && height >= 1 && !rest.length;
  if (!good) throw new InvalidArgumentError('Expected x,y,width,height in pixels such as 120,80,64,48.');
  return [x, y, width, height];
}
