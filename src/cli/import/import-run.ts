import { WhitherError } from '../../core/index.ts';
import { importFlowModel, importPatchModel } from '../../import/index.ts';
import type { ImportReport } from '../../import/index.ts';
import { createWarnings } from '../shared/index.ts';
import type { ImportCommandOptions } from './import-options.ts';

/** `whither import`: makes a model of a graph, and tells what was found. */
export async function runImport(graph: string, options: ImportCommandOptions): Promise<void> {
  const report = await importGraph(graph, options);
  const warnings = createWarnings();
  for (const warning of report.warnings) warnings.tell(warning);
  const { folder, manifest, found } = report;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ folder, found, ...warnings.inJson(), manifest }, null, 2)}\n`
      : [...found, `Written: ${folder}`, ''].join('\n'),
  );
}

/** Options of one task alone, by the names that the command has for them. */
const OWN = {
  flow: ['multipleOf', 'smallest', 'fit', 'padding', 'order', 'schedule', 'refine'],
  patch: ['size', 'metric'],
} as const;

async function importGraph(graph: string, options: ImportCommandOptions): Promise<ImportReport> {
  const { task } = options;
  const other = task === 'flow' ? 'patch' : 'flow';
  const stray = OWN[other].find((name) => options[name] !== undefined);
  if (stray)
    throw new WhitherError(
      `Expected no ${stray} for a network of task ${task}, but received one: leave it out`,
    );
  const given = libraryOptions(options);
  return task === 'flow' ? importFlowModel(graph, given) : importPatchModel(graph, given);
}

/** Options of the command alone, which the library does not have. */
const COMMAND = ['output', 'graphOutput', 'force', 'task', 'json'];

/** The options as the library has them. */
function libraryOptions(options: ImportCommandOptions): object {
  const { output: folder, graphOutput: output, force: overwrite } = options;
  const given = Object.entries(options).filter(([name]) => !COMMAND.includes(name));
  const all = [...given, ...Object.entries({ folder, output, overwrite })];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}
