import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { extname, join } from 'node:path';

/**
 * Names of files and folders that are gone again when a run is over. They say which process made them, so that a later
 * run can remove what one that was killed has left.
 */

const PREFIX = '.whither-';
const NAME = /^\.whither-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{12}(?:\.\w{1,8})*$/;
/** What nobody has written to for so long is left over, wherever its process ran, in milliseconds. */
const OLD = 24 * 60 * 60 * 1000;

/** Where a process number means one process: machine and, on Linux, its namespace (containers have their own). */
function findPlace(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Other systems have no such thing.
  }
  return createHash('sha256').update(`${hostname()} ${namespace}`).digest('hex').slice(0, 8);
}

let place: string | undefined;

/** A hidden name of at most 60 bytes in `folder`, unlike any other, with the extension of `path`. */
export function temporaryIn(folder: string, path = ''): string {
  place ??= findPlace();
  const extension = /^\.\w{1,8}$/.exec(extname(path))?.[0] ?? '';
  return join(folder, `${PREFIX}${place}-${process.pid}-${randomBytes(6).toString('hex')}${extension}`);
}

const swept = new Set<string>();

/**
 * Removes what killed runs have left in `folder`: entries with a name of {@link temporaryIn}, of this user, whose process
 * is of this machine and gone, or that are a day old. Looks once for each folder; what cannot be removed stays.
 */
export async function sweepTemporaries(folder: string): Promise<void> {
  if (swept.has(folder)) return;
  swept.add(folder);
  const names = await readdir(folder).catch(() => []);
  await Promise.all(names.map((name) => sweep(join(folder, name), NAME.exec(name))));
}

async function sweep(path: string, match: RegExpExecArray | null): Promise<void> {
  if (!match) return;
  try {
    const { uid, mtimeMs } = await lstat(path);
    if (process.getuid && uid !== process.getuid()) return;
    const dead = match[1] === (place ??= findPlace()) && !isAlive(Number(match[2]));
    if (dead || Date.now() - mtimeMs > OLD) await rm(path, { recursive: true, force: true });
  } catch {
    // Another run was faster, or may and this one may not.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
