import { existsSync, readdirSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { createProgram } from '../../src/cli/program.ts';
import { reportError } from '../../src/cli/shared/index.ts';
import { openFrames, readFlow, readImage } from '../../src/io/index.ts';

/** A program that runs commands in its own process, one after the other, and tells its parent how each ended. */

export interface Request {
  readonly id: number;
  readonly args: readonly string[];
  /** A file that the command writes; it must be whole or not there. Empty where it writes none. */
  readonly output: string;
}

export interface Answer {
  readonly id: number;
  readonly outcome: 'done' | 'refused' | 'fault' | 'partial';
  /** What was said on stderr. */
  readonly told: string;
  /** The most memory that the process has held so far, in MB. */
  readonly megabytes: number;
}

let told = '';
process.stderr.write = (chunk: string | Uint8Array): boolean => {
  told += chunk.toString();
  return true;
};
process.stdout.write = (): boolean => true;

async function run({ args, output }: Request): Promise<Answer['outcome']> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    told = '';
    reportError(error);
    if (!/^whither: (?!a fault)[^\n]*\n$/.test(told)) return 'fault';
    return output && (existsSync(output) || hasTemporary(dirname(output))) ? 'partial' : 'refused';
  }
  return !output || (await isWhole(output)) ? 'done' : 'partial';
}

const hasTemporary = (folder: string): boolean => readdirSync(folder).some((name) => name.startsWith('.'));

async function isWhole(output: string): Promise<boolean> {
  if (hasTemporary(dirname(output))) return false;
  try {
    if (extname(output) === '.flo') await readFlow(output);
    else if (extname(output) === '.png') await readImage(output);
    else for await (const frame of (await openFrames(output)).frames()) void frame;
    return true;
  } catch (error) {
    told += String(error);
    return false;
  }
}

let current = -1;
const answer = (outcome: Answer['outcome']): void => {
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.send!({ id: current, outcome, told: told.slice(0, 2000), megabytes } satisfies Answer);
};

// What nobody waited for is a fault too.
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => {
    told += String((error as Error)?.stack ?? error);
    answer('fault');
  });

process.on('message', (request: Request) => {
  told = '';
  current = request.id;
  void run(request).then(answer);
});
