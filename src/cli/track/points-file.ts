import { FileError } from '../../core/index.ts';
import { readText } from '../../io/disk/index.ts';
import type { QueryPoint } from '../../track/index.ts';

/** Reads a list of `[x, y]` or `{ x, y, frame }`. */
export async function readPoints(path: string): Promise<QueryPoint[]> {
  const list = parse(await readText(path, 'a list of points'), path);
  if (!Array.isArray(list) || !list.length) throw wrong('a list of one point or more', path);
  return list.map((point: unknown, i) => {
    const { x, y, frame = 0 } = (Array.isArray(point) ? fromPair(point) : (point ?? {})) as QueryPoint;
    if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isInteger(frame) || frame < 0)
      throw wrong(`[x, y] or {"x": 10, "y": 20, "frame": 0} as point ${i}`, path);
    return { x, y, frame };
  });
}

const fromPair = (pair: unknown[]): unknown => (pair.length === 2 ? { x: pair[0], y: pair[1] } : {});

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong('JSON', path);
  }
}

const wrong = (what: string, path: string): FileError =>
  new FileError(`Expected ${what} in ${path} but received something else: see whither track --help`);
