/** The sets of photos that panoramas are measured on, by name. */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findData, hasData } from '../data/folder.ts';

/** Photos that belong together. */
export interface StitchSet {
  readonly name: string;
  readonly files: readonly string[];
}

/** Photos whose names differ by their number alone are one set. */
function listPhotoSets(folder: string): StitchSet[] {
  const sets = new Map<string, string[]>();
  for (const file of readdirSync(folder).sort()) {
    const name = /^(.*?)_?\d+\.(jpe?g|png)$/i.exec(file)?.[1];
    if (name !== undefined) sets.set(name, [...(sets.get(name) ?? []), join(folder, file)]);
  }
  return [...sets].map(([name, files]) => ({ name, files }));
}

/** Views cut from photos of 100 degrees by turned cameras, into a folder. */
function cutViewSets(photos: string, folder: string): StitchSet[] {
  const script = fileURLToPath(new URL('stitch_views.py', import.meta.url));
  execFileSync('python3', [
    script,
    folder,
    ...readdirSync(photos)
      .sort()
      .map((name) => join(photos, name)),
  ]);
  return readdirSync(folder).map((name) => {
    const files = readdirSync(join(folder, name)).sort();
    return { name, files: files.map((file) => join(folder, name, file)) };
  });
}

/** @param scratch folder that views are cut into */
export function listSets(scratch: string): StitchSet[] {
  const real = hasData('stitch/boofcv', 'sets of photos') ? listPhotoSets(findData('stitch/boofcv')!) : [];
  const wide = 'debian-photos/lomiri';
  const cut = hasData(wide, 'sets of views cut from photos')
    ? cutViewSets(findData(wide)!, join(scratch, 'views'))
    : [];
  return [...real, ...cut];
}

/** Pairs with some parallax, a folder each. */
export function listParallaxPairs(): StitchSet[] {
  const part = 'stitch/spw-pairs';
  if (!hasData(part, 'pairs with parallax')) return [];
  const folder = findData(part)!;
  return readdirSync(folder)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => ({
      name: `spw-${name}`,
      files: readdirSync(join(folder, name))
        .sort()
        .map((file) => join(folder, name, file)),
    }));
}
