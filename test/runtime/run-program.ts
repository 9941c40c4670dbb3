import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
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

/**
 * Bundles the library where programs find the packages and nobody else looks. Worker threads cannot read TypeScript.
 *
 * @returns the address to import it from, and what removes it
 */
export async function buildLibrary(): Promise<{ library: string; remove: () => Promise<void> }> {
  const outdir = await mkdtemp(join(ROOT, 'node_modules', '.built-'));
  await build({
    entryPoints: [join(ROOT, 'src/index.ts')],
    ...{ bundle: true, splitting: true, packages: 'external', format: 'esm', platform: 'node' },
    ...{ target: 'node20', outdir, outExtension: { '.js': '.mjs' } },
  });
  return {
    library: pathToFileURL(join(outdir, 'index.mjs')).href,
    remove: () => rm(outdir, { recursive: true }),
  };
}

/** Runs the text of a program in a Node of its own, in the repository's root. */
export function runProgram(code: string, options: ProgramOptions = {}): Promise<CommandResult> {
  return runNode(['--input-type=module', '--eval', code], options);
}

/** Runs Node with `args` in the repository's root. */
export function runNode(
  args: readonly string[],
  { without = [], env }: ProgramOptions = {},
): Promise<CommandResult> {
  const refusal = without.length ? ['--import', refuseImports(without)] : [];
  return new Promise((resolve) => {
    const settings = { cwd: ROOT, env: { ...process.env, ...env }, timeout: 170_000 };
    const child = execFile(process.execPath, [...refusal, ...args], settings, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
