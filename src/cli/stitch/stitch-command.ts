import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { tuneEngine } from '../shared/index.ts';
import { PROJECTION_NAMES } from '../../stitch/canvas/index.ts';
import type { Background } from '../../stitch/compose/index.ts';
import type { StitchCommandOptions } from './stitch-options.ts';

const HELP = `
Images may come in any order. Where they show several scenes, the second panorama becomes pano-2.jpg and so on.
The camera model is chosen by the evidence, and the report says why. Same input, same output.

Transparent parts of images are not used, as masked ones: neither matched nor shown.

Exit codes: 0 all images are in a panorama, 2 some were left out (each is named with the reason), 1 nothing was made.

Examples:
  whither stitch *.jpg -o pano.jpg
  whither stitch *.jpg -o pano.jpg --crop --report pano.json -v stages/
  whither stitch scan*.png -o sheet.png --model affine
  whither stitch *.jpg -o small.jpg --scale 0.25 --projection stereographic
  whither stitch room/*.jpg -o room.jpg --projection equirectangular --cube cube.jpg --little-planet planet.jpg
  whither stitch *.jpg -o pano.png --background transparent
  whither stitch turn/*.jpg -o circle.jpg --order loop --yaw 90
  whither stitch a.jpg b.jpg c.jpg -o pano.jpg --mask b.jpg=without-people.png
  whither stitch clip.mp4 -o pano.jpg                 frames are picked by what they share
  whither stitch handheld/*.jpg -o pano.jpg --align flow
  whither stitch day1/*.jpg -o day1.jpg --save-transforms rig.json
  whither stitch day2/*.jpg -o day2.jpg --transforms rig.json`;

/** `whither stitch`: one panorama, or several, of overlapping images. */
export function addStitchCommand(program: Command): void {
  program
    .command('stitch')
    .description('stitch overlapping images into panoramas, and say what was done and why')
    .argument('<image...>', 'two or more images, or one video')
    .requiredOption('-o, --output <path>', 'the panorama: .jpg, .png, .tif or .webp')
    .addOption(choice('--projection <name>', 'default: as fits', PROJECTION_NAMES))
    .addOption(
      choice('--model <name>', 'camera model; default: by evidence', ['rotation', 'affine', 'homography']),
    )
    .option('--no-lens', 'take the lens for one without distortion, whatever the matches say')
    .addOption(
      choice(
        '--order <kind>',
        'compare neighbours alone, as images are given: a sequence, or a loop; default any',
        ['any', 'sequence', 'loop'],
      ),
    )
    .option('--pairs <a-b,...>', 'compare these alone, images counted from 1, such as 1-2,2-3', parsePairs)
    .option('--yaw <degrees>', 'look so far to the right of the middle', parseDegrees)
    .option('--pitch <degrees>', 'look so far up', parseDegrees)
    .option('--roll <degrees>', 'turn the view clockwise', parseDegrees)
    .option('--crop', 'keep the largest rectangle without blank corners')
    .option(
      '--scale <factor>',
      'resolution of the output, as a factor of that of the images, up to 1',
      parseScale,
    )
    .option('--max-megapixels <n>', 'refuse larger panoramas (default 200)', parsePositive)
    .addOption(
      choice('--exposure <kind>', 'how brightness is made even; default blocks', ['none', 'gain', 'blocks']),
    )
    .addOption(choice('--seams <kind>', 'how seams are found; default graph-cut', ['graph-cut', 'distance']))
    .addOption(
      choice('--blend <kind>', 'how images are blended at seams; default multiband', [
        'multiband',
        'feather',
        'none',
      ]),
    )
    .addOption(
      choice(
        '--align <kind>',
        'bend images about their seams by optical flow, against parallax; default none',
        ['none', 'flow'],
      ),
    )
    .option(
      '--background <colour>',
      'what is shown where no image is: #rrggbb, or transparent in .png, .webp and .tif; default black',
      parseBackground,
    )
    .option(
      '--mask <[image=]mask>',
      'an image that is black where nothing is to be used: of one image, or of all; may be given several times',
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('--cube <path>', 'write the faces of a cube too: cube.jpg becomes cube-front.jpg and five more')
    .option('--little-planet <path>', 'write the sphere seen from below too')
    .option('--report <path>', 'write what was found and decided as JSON')
    .option('--save-transforms <path>', 'write the cameras as JSON, for --transforms')
    .option('--transforms <path>', 'use the cameras of an earlier run: same sizes, same order')
    .option('-v, --verbose-dir <folder>', 'write a numbered image of every stage')
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (inputs: string[], options: StitchCommandOptions) => {
      tuneEngine();
      const { stitchFiles } = await import('./stitch-run.ts');
      await stitchFiles(inputs, options);
    });
}

const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices);

function parseBackground(text: string): Background {
  if (text === 'transparent') return text;
  const digits = /^#([0-9a-f]{6})$/i.exec(text)?.[1];
  if (!digits) throw new InvalidArgumentError('Expected a colour such as #ffffff, or transparent.');
  const [red, green, blue] = Buffer.from(digits, 'hex');
  return [red, green, blue];
}

function parsePairs(text: string): [number, number][] {
  return text.split(',').map((pair) => {
    const [, a, b] = /^\s*(\d+)-(\d+)\s*$/.exec(pair) ?? [];
    if (!(Number(a) > 0 && Number(b) > 0 && a !== b))
      throw new InvalidArgumentError('Expected pairs of images, counted from 1, such as 1-2,2-3.');
    return [Number(a), Number(b)];
  });
}

function parseDegrees(text: string): number {
  const value = Number(text);
  if (!text.trim() || !(Math.abs(value) <= 360))
    throw new InvalidArgumentError('Expected a number of degrees from -360 to 360.');
  return value;
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (!text.trim() || !(value > 0 && value < Infinity))
    throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

function parseScale(text: string): number {
  const value = parsePositive(text);
  if (value > 1) throw new InvalidArgumentError('Expected a number above 0 and up to 1.');
  return value;
}
