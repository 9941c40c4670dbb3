import type { Command } from 'commander';
import { parseCount } from '../flow/index.ts';
import type { SearchCommandOptions } from './search-options.ts';

const HELP = `
The score is the cosine of two descriptors of whole images: 1 for the same, below 0.5 seldom of one scene. The query itself is
left out. The images most alike join the query, which then is searched for again; --no-expand leaves that out.

--verify matches the query with each result geometrically (half a second each). Those with 20 inliers or more come
first. --sheet then draws the matches.

JSON: {"query": file, "results": [{"file": ..., "score": ..., "inliers": ...}, ...]}, best first; inliers with --verify.

Examples:
  whither search query.jpg --index photos.index
  whither search query.jpg --index photos.index --top 20 --verify --sheet proof.jpg --json`;

/** `whither search`: which photos show the scene of another one. */
export function addSearchCommand(program: Command): void {
  program
    .command('search')
    .description('find the photos of an index that show the scene of an image')
    .argument('<query>', 'image')
    .requiredOption('--index <path>', 'made by whither index')
    .option('--top <n>', 'results', parseCount, 10)
    .option('--no-expand', 'do not search again with what was found')
    .option('--verify', 'match the results geometrically, and put those that match first')
    .option('--sheet <path>', 'draw the query beside each result: .jpg, .png, .webp, .tif')
    .option('--json', 'print the results as JSON')
    .option('--force', 'replace what exists')
    .addHelpText('after', HELP)
    .action(async (query: string, options: SearchCommandOptions) => {
      const { runSearch } = await import('./search-run.ts');
      await runSearch(query, options);
    });
}
