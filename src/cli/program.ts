import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addFlowCommand } from './flow/index.ts';
import { addImportCommand } from './import/index.ts';
import { addMatchCommand } from './match/index.ts';
import { addModelsCommand } from './models-command.ts';
import { addScoreCommand } from './score-command.ts';
import { addDuplicatesCommand, addIndexCommand, addSearchCommand } from './search/index.ts';
import { addSimilarityCommand } from './similarity/index.ts';
import { addSlowCommand } from './slow/index.ts';
import { addSteadyCommand } from './steady/index.ts';
import { addStitchCommand } from './stitch/index.ts';
import { addTrackCommand } from './track/index.ts';
import { addViewCommand } from './view/index.ts';

/** The command line: its verbs, their options and their help. */
export function createProgram(): Command {
  const program = new Command('whither')
    .description('Dense correspondence and optical flow: where did every pixel go?')
    .version(readVersion())
    .showHelpAfterError('(add --help for the options and examples)')
    .addHelpText(
      'after',
      `
Examples:
  whither flow frame1.png frame2.png -o flow.flo --color flow.png
  whither flow clip.mp4 -o flow.mp4
  whither match left.jpg right.jpg --draw matches.png
  whither stitch *.jpg -o pano.jpg
  whither track clip.mp4 --grid 16 -o tracks.json --draw tracks.mp4
  whither slow clip.mp4 -o smooth.mp4 --fps 60
  whither steady clip.mp4 -o steady.mp4
  whither score flow.flo truth.flo
  whither index photos/ -o photos.index
  whither search query.jpg --index photos.index --verify
  whither similarity view1.jpg view2.jpg --at 320,240 --map heat.png
  whither view left.jpg right.jpg
  whither models
  whither import raft.onnx --name raft-small`,
    );
  addFlowCommand(program);
  addMatchCommand(program);
  addScoreCommand(program);
  addSimilarityCommand(program);
  addSlowCommand(program);
  addSteadyCommand(program);
  addStitchCommand(program);
  addTrackCommand(program);
  addViewCommand(program);
  addIndexCommand(program);
  addSearchCommand(program);
  addDuplicatesCommand(program);
  addModelsCommand(program);
  addImportCommand(program);
  return program;
}

function readVersion(): string {
  return (createRequire(import.meta.url)('whither/package.json') as { version: string }).version;
}
