import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { DuplicatesCommandOptions } from './search-options.ts';

const HELP = `
Copies are found although they were resized, compressed anew, a little cropped or brightened. Nothing is deleted.
With --index the descriptors are kept for the next time and for whither search.

JSON: {"groups": [{"files": [...], "score": ...}, ...]}; the score is the least likeness that joins a group.

Examples:
  whither duplicates photos/
  whither duplicates photos/ --index photos.index --threshold 0.95 --json`;

/** `whither duplicates`: photos that are there more than once. */
export function addDuplicatesCommand(program: Command): void {
  program
    .command('duplicates')
    .description('find photos of a folder that are there more than once')
    .argument('<folder>', 'folder of images; folders within count too')
    .option('--index <path>', 'keep the descriptors in this index')
    .option('--threshold <score>', 'likeness from which on photos are one, 0 to 1; default 0.9', parseShare)
    .option('--json', 'print the groups as JSON')
    .addHelpText('after', HELP)
    .action(async (folder: string, options: DuplicatesCommandOptions) => {
      const { runDuplicates } = await import('./duplicates-run.ts');
      await runDuplicates(folder, options);
    });
}

function parseShare(text: string): number {
  const value = Number(text);
  if (!text.trim() || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return value;
}
