import { Option } from 'commander';
import type { Command } from 'commander';
import { WhitherError } from '../../core/index.ts';
import { DEFAULT_FLOW_MODEL } from '../../flow/network/index.ts';
import { FLOW_PRESETS } from '../../runtime/manifest/index.ts';
import {
  OVERLAYS,
  parseCount,
  parseIterations,
  parseNormalize,
  parseSchedule,
  parseTile,
} from './flow-options.ts';
import type { FlowCommandOptions } from './flow-options.ts';

/** What runs where the user names no model. */
export const DEFAULT_MODEL = DEFAULT_FLOW_MODEL;

const HELP = `
Two images give one flow; a video, GIF or folder of images gives one for each frame but the last.
The name of -o says what is made:
  two images         flow.flo, .pfm, .npy, or .png (16-bit, KITTI)
  video or folder    flow.mp4 (or .webm, .mkv, .mov), flow.gif, a folder of PNG images,
                     or flow files: folder/%06d.flo (or .pfm, .npy)

--normalize says which motion gets the full colour. It is at least 1 pixel, and a few outliers do not count:
  frame     the greatest of each frame (the default for two images and for folders)
  smooth    the same, but falling slowly, so that colours do not flicker (the default for videos)
  sequence  the greatest of the whole sequence; flows are kept in a temporary folder (TMPDIR), 8 bytes a pixel
  NUMBER    this many pixels

--backend onnxruntime runs the network as one graph. The others compute its correlation layer by
  simd, gpu-webgpu, gpu-headlessgl, loop, gpu-webasm, gpu-cpu or reference; auto takes the fastest that works

A folder resumes: results that exist are kept. With --force they are made again.

Examples:
  whither flow frame1.png frame2.png -o flow.flo --color flow.png --json
  whither flow frame1.png frame2.png --occlusion occluded.png --arrows arrows.png
  whither flow clip.mp4 -o flow.mp4 --overlay side-by-side --normalize sequence
  whither flow clip.mp4 -o flow.gif --every 2 --max-size 480
  whither flow frames/ -o flows/%06d.flo --both`;

/** `whither flow`: the flow of a pair of images or of a sequence. */
export function addFlowCommand(program: Command): void {
  program
    .command('flow')
    .description('estimate where every pixel goes, from one image to the next')
    .argument('<input...>', 'two images, or one video, GIF or folder of images')
    .option('-o, --output <path>', 'flow file of two images; video, GIF or folder of a sequence')
    .option('--color <path>', 'two images: the flow in colours')
    .option('--occlusion <path>', 'two images: white where the second image does not show the pixel')
    .option('--arrows <path>', 'two images: the first with arrows')
    .option('--json', 'print statistics as JSON on stdout')
    .option('--repeat <n>', 'two images: report the median time of n estimates after a warm-up', parseCount)
    .option('--model <name>', 'installed model, or a folder with a model.json', DEFAULT_MODEL)
    .addOption(
      new Option('--preset <name>', 'speed against accuracy (default: as the model says)').choices(
        FLOW_PRESETS,
      ),
    )
    .addOption(backendOption())
    .option('--device <name>', 'where the graphs run, see whither models --devices')
    .option('--schedule <factors>', 'coarse-to-fine shrink factors, such as 4,2,1', parseSchedule)
    .option(
      '--iterations <counts>',
      'steps at each level of a pyramid network, such as 2,2,1',
      parseIterations,
    )
    .option('--refine', 'refine the flow on the images: more exact, but slower (default: as the model says)')
    .option('--no-refine', 'leave the flow as the network gave it')
    .option('--tile <pixels>', 'work in tiles of this side; 0 for none, auto above 4 megapixels', parseTile)
    .option('--every <n>', 'sequence: take every n-th frame', parseCount)
    .option('--max-size <pixels>', 'shrink images whose longer side exceeds this', parseCount)
    .option('--normalize <rule>', 'which motion gets the full colour, see below', parseNormalize)
    .option('--both', 'estimate backwards too, and leave out pixels on which both directions disagree')
    .addOption(new Option('--overlay <kind>', 'sequence: what its images show').choices(OVERLAYS))
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (inputs: string[], options: FlowCommandOptions) => {
      await (inputs.length === 1 ? runSequence(inputs[0], options) : runPair(inputs, options));
    });
}

/** The library's union of names is the authority; it says what is wrong with another. */
function backendOption(): Option {
  return new Option('--backend <name>', 'what computes the correlation layer').default('auto');
}

async function runPair(inputs: string[], options: FlowCommandOptions): Promise<void> {
  if (inputs.length !== 2)
    throw new WhitherError(
      `Expected two images, or one video, GIF or folder, but received ${inputs.length} inputs`,
    );
  refuse(options, ['every', 'overlay'], 'two images');
  const { flowOfPair } = await import('./flow-pair.ts');
  await flowOfPair(inputs[0], inputs[1], options);
}

async function runSequence(input: string, options: FlowCommandOptions): Promise<void> {
  refuse(options, ['color', 'occlusion', 'arrows', 'repeat'], 'a sequence');
  const { flowOfSequence } = await import('./flow-sequence.ts');
  await flowOfSequence(input, options);
}

/** An option that would be passed over in silence is an error instead. */
function refuse(options: FlowCommandOptions, names: (keyof FlowCommandOptions)[], kind: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given)
    throw new WhitherError(`Expected options that go with ${kind} but received --${given}: see --help`);
}
