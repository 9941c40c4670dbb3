import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandResult } from '../cli/run-command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A resolver that finds the packages whose names begin with one of `names` missing. */
function refuseImports(names: readonly string[]): string {
  const hooks = `export async function resolve(specifier, context, next) {
    if (${JSON.stringify(names)}.some((name) => specifier.startsWith(name)))
      throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(specifier, context);
  }`;
  return asModule(`import { register } from 'node:module'; register(${JSON.stringify(asModule(hooks))});`);
}

const asModule = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

export interface ProgramOptions {
  /** Packages that it does not find. */
  readonly without?: readonly string[];
  /** Added to this process's own; `undefined` leaves one out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs the text of a program in a Node of its own, in the repository's root, where it may import sources. */
export function runProgram(code: string, { without = [], env }: ProgramOptions = {}): Promise<CommandResult> {
  return runNode(['--input-type=module', '--eval', code], { without, env });
}

/** Runs Node with TypeScript's sources and `args`. */
export function runNode(
  args: readonly string[],
  { without = [], env }: ProgramOptions = {},
): Promise<CommandResult> {
  const imports = ['--import', 'tsx', '--import', refuseImports(without)];
  return new Promise((resolve) => {
    const settings = { cwd: ROOT, env: { ...process.env, ...env }, timeout: 50_000 };
    const child = execFile(process.execPath, [...imports, ...args], settings, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
