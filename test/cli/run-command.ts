import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A tiny model with fixed weights, which makes the command quick. */
export const STAND_IN = join(ROOT, 'test/runtime/stand-in');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Called with the child as soon as it runs. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
  readonly env?: Record<string, string>;
}

/** Runs the real command, from its sources, in a process of its own. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    options.onStart?.(child);
  });
}

/** A folder for one test file. */
export function makeScratch(): {
  path: (...parts: string[]) => string;
  list: (...parts: string[]) => string[];
  remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'whither-cli-'));
  const path = (...parts: string[]): string => join(folder, ...parts);
  return {
    path,
    list: (...parts) => readdirSync(path(...parts)).sort(),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
