import type { Command } from 'commander';
import type { FlowScore } from '../flow/index.ts';
import { formatTable } from './shared/index.ts';

interface ScoreCommandOptions {
  readonly json?: boolean;
  readonly occlusion?: string;
}

/** `whither score`: a flow file against the truth. */
export function addScoreCommand(program: Command): void {
  program
    .command('score')
    .description('compare a flow file with the true flow')
    .argument('<flow>', 'flow file: .flo, .pfm, .npy or a 16-bit KITTI .png')
    .argument('<truth>', 'flow file of the same size; pixels that are unknown in it do not count')
    .option('--occlusion <mask>', 'image that is white where the second frame does not show the pixel')
    .option('--json', 'print the figures as JSON')
    .addHelpText(
      'after',
      `
Examples:
  whither score flow.flo truth.flo
  whither score flow.flo truth.png --occlusion occluded.png --json`,
    )
    .action(async (flow: string, truth: string, options: ScoreCommandOptions) => {
      const score = await scoreFiles(flow, truth, options.occlusion);
      process.stdout.write(options.json ? `${JSON.stringify(score, null, 2)}\n` : scoreTable(score));
    });
}

async function scoreFiles(flow: string, truth: string, mask: string | undefined): Promise<FlowScore> {
  const [{ readFlow, readMask }, { scoreFlow }] = await Promise.all([
    import('../io/index.ts'),
    import('../flow/index.ts'),
  ]);
  const occluded = mask === undefined ? undefined : await readMask(mask);
  return scoreFlow(await readFlow(flow), await readFlow(truth), { occluded });
}

const FIGURES: readonly (readonly [keyof FlowScore, string, string])[] = [
  ['epe', 'px', 'mean end-point error'],
  ['epeMatched', 'px', 'where both frames show the pixel'],
  ['epeUnmatched', 'px', 'where the second frame does not'],
  ['fl', '%', 'errors above 3 px and 5 % of the motion'],
  ['px1', '%', 'errors below 1 px'],
  ['px3', '%', 'errors below 3 px'],
  ['px5', '%', 'errors below 5 px'],
  ['angularError', 'degrees', 'mean angular error'],
  ['s0_10', 'px', 'motion below 10 px'],
  ['s10_40', 'px', 'motion of 10 to 40 px'],
  ['s40plus', 'px', 'motion above 40 px'],
  ['wauc', '', 'weighted area under the curve, 0 to 100'],
  ['validPixels', '', 'pixels that count'],
  ['missingPixels', '', 'pixels that the flow leaves unknown'],
];

function scoreTable(score: FlowScore): string {
  const figure = (value: number | null): string =>
    value === null ? '-' : Number.isInteger(value) ? String(value) : value.toFixed(3);
  return formatTable(FIGURES.map(([key, unit, meaning]) => [key, figure(score[key]), unit, meaning]));
}
