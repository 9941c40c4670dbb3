import type { Command } from 'commander';
import { parseCount } from '../flow/index.ts';
import { parseShard } from '../shared/index.ts';
import type { IndexCommandOptions } from './search-options.ts';

const HELP = `
Photos are images and folders, whose folders within count too. An index that exists is added to: files of the same size and
time of change are passed over, so that a run that was broken off goes on where it was. The index names files as
they were given here, so search from the same folder, or give absolute paths.

One file holds all of it, some 320 bytes a photo. Searching takes about 650 bytes of memory a photo.

Exit codes: 0 all photos are in the index, 2 some could not be read (each is named with the reason).

Examples:
  whither index photos/ -o photos.index
  whither index photos/ -o part3.index --shard 3/16           one of sixteen machines
  whither index --merge part*.index -o photos.index`;

/** `whither index`: photos with one vector each, to be searched. */
export function addIndexCommand(program: Command): void {
  program
    .command('index')
    .description('describe photos once, so that they can be searched')
    .argument('<photos...>', 'images and folders; with --merge indexes')
    .requiredOption('-o, --output <path>', 'the index, such as photos.index')
    .option('--shard <k/n>', 'only the photos of part k of n, by their names', parseShard)
    .option('--merge', 'the inputs are indexes: put them together')
    .option('--prune', 'forget files that are not among the inputs')
    .option('--threads <n>', 'threads of the network; default: all cores', parseCount)
    .option('--json', 'print what was done as JSON')
    .addHelpText('after', HELP)
    .action(async (inputs: string[], options: IndexCommandOptions) => {
      const { runIndex } = await import('./index-run.ts');
      await runIndex(inputs, options);
    });
}
