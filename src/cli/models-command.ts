import type { Command } from 'commander';
import type { InstalledModel } from '../runtime/index.ts';
import { formatTable } from './table.ts';

/** `whither models`: what is installed. */
export function addModelsCommand(program: Command): void {
  program
    .command('models')
    .description('list the installed models with their size, scores and licence')
    .option('--json', 'print all of it as JSON')
    .addHelpText(
      'after',
      `
The score of a set is the mean end-point error in pixels, from the model's own model.json.

Examples:
  whither models
  whither models --json`,
    )
    .action(async (options: { json?: boolean }) => {
      const { listModels } = await import('../runtime/index.ts');
      const models = await listModels();
      process.stdout.write(
        options.json ? `${JSON.stringify(models.map(describeModel), null, 2)}\n` : modelTable(models),
      );
    });
}

/** The manifest, with the sizes of the files summed up. */
function describeModel({ manifest, folder }: InstalledModel) {
  return { ...manifest, bytes: bytesOf(manifest.files), folder };
}

function bytesOf(files: InstalledModel['manifest']['files']): number {
  return Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
}

function modelTable(models: readonly InstalledModel[]): string {
  const sets = [...new Set(models.flatMap(({ manifest }) => Object.keys(manifest.scores)))];
  const header = ['name', 'task', 'parameters', 'size', ...sets.map((set) => `${set} EPE`), 'weights'];
  const rows = models.map(({ manifest: m }) => [
    m.name,
    m.task,
    `${(m.parameters / 1e6).toFixed(2)} M`,
    `${(bytesOf(m.files) / 1e6).toFixed(1)} MB`,
    ...sets.map((set) => m.scores[set]?.epe?.toFixed(2) ?? '-'),
    m.licence.weights,
  ]);
  return formatTable([header, ...rows]);
}
