import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { WhitherError } from '../../core/index.ts';

interface ViewOptions {
  readonly port: number;
  readonly export?: string;
}

/** `whither view`: the page that shows where every pixel went. */
export function addViewCommand(program: Command): void {
  program
    .command('view')
    .description('serve a page that shows where every pixel went; images never leave the browser')
    .argument('[file...]', 'two images, or images and a .flo file of theirs, to open at once')
    .option('--port <number>', 'port of this machine, 0 for any that is free', parsePort, 0)
    .option('--export <folder>', 'write the page as files for any web server instead')
    .addHelpText(
      'after',
      `
The address is printed on stdout; Ctrl+C ends the server, which answers this machine alone. The page needs the package
onnxruntime-web. A server of your own should send the headers Cross-Origin-Opener-Policy: same-origin and
Cross-Origin-Embedder-Policy: require-corp: without them the page works on one thread.

Examples:
  whither view
  whither view frame1.png frame2.png
  whither view frame1.png frame2.png flow.flo
  whither view --export public/whither`,
    )
    .action(async (paths: string[], options: ViewOptions) => {
      if (options.export !== undefined) return exportPage(options.export, paths);
      await viewFiles(paths, options.port);
    });
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw new InvalidArgumentError('Expected an integer from 0 to 65535.');
  return Number(text);
}

async function viewFiles(paths: readonly string[], port: number): Promise<void> {
  if (paths.length > 3)
    throw new WhitherError(`Expected two images and a .flo file at most but received ${paths.length} files`);
  const [{ givenFiles, listSite }, { servePage }] = await Promise.all([
    import('./site.ts'),
    import('./serve.ts'),
  ]);
  const { url } = await servePage(await listSite(), port, await givenFiles(paths));
  process.stdout.write(`${url}\n`);
}

async function exportPage(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length) throw new WhitherError(`Expected no files with --export but received ${paths.length}`);
  const [{ writeSite }, { listSite }] = await Promise.all([import('./export-site.ts'), import('./site.ts')]);
  const count = await writeSite(await listSite(), folder);
  process.stderr.write(`whither: wrote ${count} files to ${folder}\n`);
}
