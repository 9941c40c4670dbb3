import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder inside of the repository, so that the programs in it find the package's models. */
export function makeFolder(): { readonly path: string; remove(): void } {
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  const path = mkdtempSync(join(ROOT, 'out', 'hostile-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Bundles a program, so that starting it often takes little time; gives its path. */
export function bundle(source: string, folder: string): string {
  const out = join(folder, `${source.replaceAll(/\W/g, '-')}.mjs`);
  execFileSync(process.execPath, [join(ROOT, '.ci/build.mjs'), join(ROOT, source), out], { stdio: 'pipe' });
  return out;
}
