import { Option } from 'commander';
import type { Command } from 'commander';
import { FITS, PADDINGS } from '../../runtime/manifest/index.ts';
import { parseCount, parseSchedule } from '../flow/index.ts';
import { parseNames, parseNumber, parseNumbers, parseRange } from './import-options.ts';
import type { ImportCommandOptions } from './import-options.ts';

const HELP = `
The graph is one .onnx file that holds all of its numbers. What it takes and gives is read from it. What it does not say
is tried: images that are shifted and zoomed by a known amount go through it, with the usual ranges of values. An option
that says a thing spares the guess. The model is refused where its flow has nothing to do with the motion.

The model is a folder with the graph and a model.json, which may be edited. Give the folder wherever a model is named:
  whither flow a.png b.png --model raft-small -o flow.flo

Examples:
  whither import raft.onnx --name raft-small --range -1,1 --fit centre
  whither import pwc.onnx -o models/pwc --channels BGR --range 0,1 --scale 20 --fit resize
  whither import descriptor.onnx --task patch --metric l2`;

/** `whither import`: a network of one's own becomes a model. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('make a model of an ONNX graph: a network of your own')
    .argument('<graph>', 'ONNX file')
    .addOption(
      new Option('--task <task>', 'what the network is for').choices(['flow', 'patch']).default('flow'),
    )
    .option('-o, --output <folder>', 'where the model comes to lie (default: a folder of its name)')
    .option('--name <name>', "name of the model (default: the file's)")
    .option(
      '--inputs <names>',
      "the graph's inputs such as image1,image2, or one for both (default: its own)",
      parseNames,
    )
    .option('--graph-output <name>', 'its output that counts (default: the last of the right size)')
    .option('--range <black,white>', 'values of black and white such as -1,1 (default: tried)', parseRange)
    .addOption(
      new Option('--channels <order>', 'order of the planes (default: tried)').choices([
        'RGB',
        'BGR',
        'grey',
      ]),
    )
    .option(
      '--mean <r,g,b>',
      'taken from the values, in the order of the channels (default: tried)',
      parseNumbers,
    )
    .option('--std <r,g,b>', 'what they are divided by then (default: tried)', parseNumbers)
    .option('--multiple-of <n>', 'flow: of which sizes are multiples (default: tried)', parseCount)
    .option('--smallest <n>', 'flow: least height and width (default: tried)', parseCount)
    .addOption(
      new Option('--fit <how>', 'flow: how other sizes are fitted (default: pad, at the end)').choices(FITS),
    )
    .addOption(
      new Option('--padding <what>', 'flow: what added pixels hold (default: replicate)').choices(PADDINGS),
    )
    .option(
      '--scale <factor>',
      'what the output is multiplied by, below 0 from B to A (default: tried)',
      parseNumber,
    )
    .addOption(new Option('--order <order>', 'flow: what comes first (default: tried)').choices(['uv', 'vu']))
    .option(
      '--schedule <factors>',
      'flow: passes from coarse to fine such as 4,2,1 (default: 1)',
      parseSchedule,
    )
    .option('--refine', 'flow: refine it on the images')
    .option('--size <n>', 'patch: side of a patch in pixels (default: what the graph says)', parseCount)
    .option(
      '--metric <name>',
      'patch: distance of descriptors (default: l2 of those of length 1, else cosine)',
    )
    .option('--no-probe', 'try nothing: what no option says is the usual')
    .option('--description <text>', 'one sentence about it')
    .option('--licence <text>', 'licence of its weights')
    .option('--training-data <text>', 'what it was trained on')
    .option('--json', 'print what was found as JSON')
    .option('--force', 'replace a model in the folder')
    .addHelpText('after', HELP)
    .action(async (graph: string, options: ImportCommandOptions) => {
      const { runImport } = await import('./import-run.ts');
      await runImport(graph, options);
    });
}
