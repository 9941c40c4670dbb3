import type { Command } from 'commander';
import type { DeviceState, InstalledModel } from '../runtime/index.ts';
import { formatTable } from './shared/index.ts';

/** `whither models`: what is installed, and what it can run on. */
export function addModelsCommand(program: Command): void {
  program
    .command('models')
    .description('list the installed models with their size, scores and licence')
    .option('--devices', 'list what networks can run on here, and why not on others')
    .option('--json', 'print all of it as JSON')
    .addHelpText(
      'after',
      `
Scores are from the model's own model.json: of flow the mean end-point error in pixels, of patches the share of wrong
pairs that pass with 95 % of the right ones, in %, of semantic matching the share of points that land within a tenth of the
object's size (PCK@0.1).

Examples:
  whither models
  whither models --json
  whither models --devices`,
    )
    .action(async (options: { json?: boolean; devices?: boolean }) => {
      const { listDevices, listModels } = await import('../runtime/index.ts');
      if (options.devices) {
        const states = await listDevices();
        process.stdout.write(options.json ? `${JSON.stringify(states, null, 2)}\n` : deviceTable(states));
        return;
      }
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

const deviceTable = (states: readonly DeviceState[]): string =>
  formatTable([
    ['device', 'here', 'why not'],
    ...states.map(({ device, available, reason = '' }) => [device, available ? 'yes' : 'no', reason]),
  ]);

function modelTable(models: readonly InstalledModel[]): string {
  const header = ['name', 'task', 'parameters', 'size', 'scores', 'weights'];
  const rows = models.map(({ manifest: m }) => [
    m.name,
    m.task,
    `${(m.parameters / 1e6).toFixed(2)} M`,
    `${(bytesOf(m.files) / 1e6).toFixed(1)} MB`,
    describeScores(m.scores) || '-',
    m.licence.weights,
  ]);
  return formatTable([header, ...rows]);
}

/** The figure of each set that says most; a set that has none of these is left out. */
function describeScores(scores: InstalledModel['manifest']['scores']): string {
  return Object.entries(scores)
    .flatMap(([set, { epe, fpr95, pck10 }]) => {
      if (epe !== undefined) return [`${set} ${epe.toFixed(2)} px`];
      if (pck10 !== undefined) return [`${set} ${pck10.toFixed(1)} %`];
      return fpr95 === undefined ? [] : [`${set} ${fpr95.toFixed(1)} %`];
    })
    .join(', ');
}
