/** PF-WILLOW, five of its ten classes: pairs of different objects of one kind with ten points each, and their PCK. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DATA } from './folder.ts';
import { readMatMatrix } from './mat-file.ts';

export const WILLOW = 'pf-willow';

type Points = readonly (readonly [x: number, y: number])[];

export interface WillowPair {
  /** `CLASS/A-B`. */
  readonly id: string;
  readonly set: string;
  /** Paths of the images. */
  readonly a: string;
  readonly b: string;
  readonly points: Points;
  /** The same points in B. */
  readonly truth: Points;
}

/** Points of B by the pair's id. */
export type Answers = Readonly<Record<string, readonly (readonly number[])[]>>;

/** PCK in % at each of `ALPHAS`, by class and as the mean over all pairs. */
export type Scores = Record<string, readonly number[]>;

export const ALPHAS = [0.05, 0.1, 0.15] as const;

const CLASSES = ['car(G)', 'car(M)', 'car(S)', 'duck(S)', 'motorbike(G)'];

function readPoints(image: string): Points {
  const { columns, values } = readMatMatrix(image.replace(/\.\w+$/, '.mat'), 'pts_coord');
  return Array.from({ length: columns }, (_, i) => [values[2 * i], values[2 * i + 1]] as const);
}

/** All ordered pairs within each class. */
export const listWillowPairs = (): WillowPair[] =>
  CLASSES.flatMap((set) => {
    const folder = join(DATA, WILLOW, set);
    const images = readdirSync(folder)
      .filter((name) => !name.endsWith('.mat'))
      .sort()
      .map((name) => ({
        name: name.replace(/\.\w+$/, ''),
        path: join(folder, name),
        points: readPoints(join(folder, name)),
      }));
    return images.flatMap((a) =>
      images
        .filter((b) => b !== a)
        .map((b) => ({
          ...{ id: `${set}/${a.name}-${b.name}`, set, a: a.path, b: b.path },
          ...{ points: a.points, truth: b.points },
        })),
    );
  });

/**
 * The share of points that land within alpha times the longer side of the box round B's points (the rule of CNNGeometric),
 * for each alpha.
 */
export function correctShares(found: readonly (readonly number[])[], truth: Points): number[] {
  const span = (k: 0 | 1): number => {
    const values = truth.map((point) => point[k]);
    return Math.max(...values) - Math.min(...values);
  };
  const side = Math.max(span(0), span(1));
  const errors = truth.map(([x, y], i) => Math.hypot(found[i][0] - x, found[i][1] - y));
  return ALPHAS.map((alpha) => errors.filter((error) => error <= alpha * side).length / errors.length);
}

/** Scores the pairs that were answered. */
export function scoreWillow(pairs: readonly WillowPair[], answers: Answers): Scores {
  const answered = pairs.filter(({ id }) => answers[id]);
  const mean = (of: readonly WillowPair[]): number[] => {
    const shares = of.map(({ id, truth }) => correctShares(answers[id], truth));
    return ALPHAS.map((_, k) => {
      const percent = (100 * shares.reduce((sum, share) => sum + share[k], 0)) / shares.length;
      return Number(percent.toFixed(1));
    });
  };
  const sets = [...new Set(answered.map(({ set }) => set))];
  const rows = sets.map((name) => [name, mean(answered.filter(({ set }) => set === name))] as const);
  return Object.fromEntries([...rows, ['mean', mean(answered)]]);
}
