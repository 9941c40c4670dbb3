/** Pairs of faces: subjects 1 to 20 of the ORL faces, ten images each, every image with every other. */

import { join } from 'node:path';
import { DATA } from './folder.ts';

export const FACES = 'faces/orl_att';

export interface FacePair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
}

export function listFacePairs(): FacePair[] {
  const images = Array.from({ length: 200 }, (_, i) => ({
    subject: Math.floor(i / 10),
    path: join(DATA, FACES, `s${Math.floor(i / 10) + 1}`, `${(i % 10) + 1}.pgm`),
  }));
  return images.flatMap((a, i) =>
    images.slice(i + 1).map((b) => ({ a: a.path, b: b.path, same: a.subject === b.subject })),
  );
}
