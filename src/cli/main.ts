#!/usr/bin/env node
import { FileError } from '../core/index.ts';
import { keepNoImages } from '../io/image/index.ts';
import { createProgram } from './program.ts';
import { reportError } from './shared/index.ts';

keepNoImages();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, is no error of ours; a full disk is the user's to mend.
  if (error.code === 'EPIPE') process.exit(0);
  process.exit(reportError(new FileError(`Expected to write to stdout but received ${error.code}`)));
});
// Where nobody can be told (the terminal is gone), the work still goes on and cleans up.
process.stderr.on('error', () => undefined);

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
