/** Photos of scenes: of each pair or set of `stitch` all photos show one scene. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DATA } from './folder.ts';

export const SCENES = 'stitch/spw-pairs';

export interface ScenePhoto {
  readonly path: string;
  readonly scene: string;
}

const imagesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort()
    .map((name) => join(folder, name));

/** 85 photos of 37 scenes. */
export function listScenePhotos(): ScenePhoto[] {
  const pairs = Array.from({ length: 31 }, (_, i) => `${i + 12}`).flatMap((name) =>
    imagesIn(join(DATA, SCENES, name)).map((path) => ({ path, scene: name })),
  );
  const sets = imagesIn(join(DATA, 'stitch/boofcv')).map((path) => ({
    path,
    scene: path.replace(/^.*[\\/]/, '').replace(/_?\d+\.\w+$/, ''),
  }));
  return [...pairs, ...sets];
}

/** Two of the scenes lie there twice, under two numbers. */
export const TWICE: Readonly<Record<string, string>> = { '31': '17', '34': '20' };
