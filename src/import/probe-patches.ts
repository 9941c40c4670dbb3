import { ModelError } from '../core/index.ts';
import type { Patches } from '../features/index.ts';
import { descriptorAt, vectorDistance } from '../match/metric/index.ts';
import { createDescriber, createScorer } from '../match/patches/index.ts';
import type { DescriberManifest, ScorerManifest } from '../match/patches/index.ts';
import type { Session } from '../runtime/index.ts';
import { paintPatch } from './probe-scenes.ts';

/** Places that are seen twice. */
const PLACES = 24;

/** The same places twice, the second time moved by part of a pixel and in other light: 0 to 255. */
export function patchViews(size: number): readonly [Patches, Patches] {
  const view = (shift: number, gain: number): Patches => {
    const data = new Float32Array(PLACES * size * size);
    for (let i = 0; i < PLACES; i++)
      data.set(paintPatch(size, 211 * i + shift, 97 * i, gain), i * size * size);
    return { count: PLACES, size, data };
  };
  return [view(0, 1), view(0.7, 0.85)];
}

/** How well places are found again: the share of those whose own second view is the nearest of all, 0 to 1. */
export async function retrieveByDescriptor(session: Session, manifest: DescriberManifest): Promise<number> {
  const describer = createDescriber(session, manifest);
  const [a, b] = await Promise.all(patchViews(manifest.input.size).map((view) => describer.describe(view)));
  const metric = manifest.descriptor.metric;
  return shareFound((i, j) => -vectorDistance(metric, descriptorAt(a, i), descriptorAt(b, j)));
}

/** The same of a network of pairs. */
export async function retrieveByScore(session: Session, manifest: ScorerManifest): Promise<number> {
  const scorer = createScorer(session, manifest);
  const [a, b] = patchViews(manifest.input.size);
  const rows: Float32Array[] = [];
  for (let i = 0; i < PLACES; i++) rows.push(await scorer.score(repeat(a, i), b));
  return shareFound((i, j) => rows[i][j]);
}

function repeat({ size, data }: Patches, place: number): Patches {
  const one = data.subarray(place * size * size, (place + 1) * size * size);
  const all = new Float32Array(PLACES * one.length);
  for (let i = 0; i < PLACES; i++) all.set(one, i * one.length);
  return { count: PLACES, size, data: all };
}

function shareFound(likeness: (i: number, j: number) => number): number {
  const places = Array.from({ length: PLACES }, (_, i) => i);
  const isBest = (i: number): boolean => places.every((j) => j === i || likeness(i, j) < likeness(i, i));
  return places.filter(isBest).length / PLACES;
}

/** Below this a network does hardly better than chance, of which a 24th is expected. */
const CHANCE = 0.25;

/** @throws ModelError where the places are not found again */
export function checkFound(share: number): number {
  if (share >= CHANCE) return share;
  throw new ModelError(
    `Expected a network that finds places again but it finds ${Math.round(share * PLACES)} of ${PLACES}: give the range, ` +
      'the channels, the scale and the output, or leave out the probe',
  );
}

/** In words. */
export const describeFound = (share: number): string =>
  `${Math.round(share * PLACES)} of ${PLACES} places found again`;
