import { WhitherError } from '../../core/index.ts';
import { Interrupted } from './interrupt.ts';

/**
 * Tells the user on stderr: what they can mend in one line, a fault of the program with its stack.
 *
 * @returns the exit code
 */
export function reportError(error: unknown): number {
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (isExpected(error)) process.stderr.write(`whither: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
  else process.stderr.write(`whither: a fault in the program\n${(error as Error)?.stack ?? message}\n`);
  return 1;
}

/** Ours are the domain errors, the checks of arguments, and what the operating system refuses. */
function isExpected(error: unknown): boolean {
  if (error instanceof WhitherError) return true;
  if (error instanceof TypeError || error instanceof RangeError) return error.message.startsWith('Expected ');
  return error instanceof Error && 'syscall' in error;
}
