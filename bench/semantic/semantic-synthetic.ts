/** Photos that the regressors never saw, warped by known maps: how far off are the warps that are found? */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyWarp, composeWarps, fitWarp, homographyWarp } from '../../src/api/geometry.ts';
import { describeSemantic } from '../../src/api/features.ts';
import { matchSemantic, readImage, transferPoints } from '../../src/index.ts';
import type { Warp } from '../../src/api/geometry.ts';
import type { Image, MatchSemanticOptions, SemanticModel } from '../../src/index.ts';
import { createRandom } from '../../src/geometry/index.ts';
import { round } from '../shared/measure.ts';

/** Every 16th photo is kept apart, by `models/common/patches.py`. */
const HELD_OUT = 16;
/** Sides of the views in pixels, and of the window of the photo that A shows. */
const [SIDE, WINDOW] = [320, 0.62];

type Random = () => number;
const within = (random: Random, reach: number): number => (2 * random() - 1) * reach;

/** Turn up to 15 degrees, sides scaled by 0.7 to 1.4 and again by 0.8 to 1.2 each, shear, shift of up to 0.25. */
function randomAffine(random: Random): Warp {
  const [angle, shear, both] = [within(random, Math.PI / 12), within(random, 0.25), within(random, 0.35)];
  const [sx, sy] = [Math.exp(both + within(random, 0.2)), Math.exp(both + within(random, 0.2))];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [tx, ty] = [within(random, 0.25), within(random, 0.25)];
  return homographyWarp([c * sx, (c * shear - s) * sy, tx, s * sx, (s * shear + c) * sy, ty, 0, 0, 1]);
}

/** 3 x 3 control points, each coordinate moved by up to 0.25 of -1..1. */
function randomSpline(random: Random): Warp {
  const controls = [-1, 0, 1].flatMap((y) => [-1, 0, 1].flatMap((x) => [x, y]));
  return fitWarp(
    'thin-plate',
    controls,
    controls.map((value) => value + within(random, 0.25)),
  );
}

/** From pixels of a square image to the plane -1..1. */
const toPlane = (side: number): Warp =>
  homographyWarp([2 / (side - 1), 0, -1, 0, 2 / (side - 1), -1, 0, 0, 1]);
const fromPlane = (width: number, height: number): Warp =>
  homographyWarp([(width - 1) / 2, 0, (width - 1) / 2, 0, (height - 1) / 2, (height - 1) / 2, 0, 0, 1]);

/** What a view shows: the photo's middle, its plane bent by `warp`; the photo goes on by reflection. */
function renderView(photo: Image, warp: Warp): Image {
  const window = homographyWarp([WINDOW, 0, 0, 0, WINDOW, 0, 0, 0, 1]);
  const map = composeWarps(
    fromPlane(photo.width, photo.height),
    composeWarps(window, composeWarps(warp, toPlane(SIDE))),
  );
  const pixels = Array.from({ length: SIDE * SIDE }, (_, i) => [i % SIDE, Math.floor(i / SIDE)]);
  const places = applyWarp(map, pixels.flat());
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = [reflect(places[2 * i], photo.width), reflect(places[2 * i + 1], photo.height)];
    const [left, top] = [Math.min(Math.floor(x), photo.width - 2), Math.min(Math.floor(y), photo.height - 2)];
    const [tx, ty] = [x - left, y - top];
    for (let c = 0; c < 3; c++) {
      const at = (row: number, column: number) => photo.data[(row * photo.width + column) * 3 + c];
      const upper = at(top, left) * (1 - tx) + at(top, left + 1) * tx;
      const lower = at(top + 1, left) * (1 - tx) + at(top + 1, left + 1) * tx;
      data[3 * i + c] = Math.round(upper * (1 - ty) + lower * ty);
    }
  }
  return { width: SIDE, height: SIDE, data };
}

function reflect(value: number, size: number): number {
  const period = 2 * (size - 1);
  const inside = ((value % period) + period) % period;
  return Math.min(inside, period - inside);
}

/** Mean distance in shares of the side between where a 20 x 20 grid of B is taken in A and where it belongs. */
function gridError(found: ArrayLike<number>, truth: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i += 2)
    sum += Math.hypot(found[i] - truth[i], found[i + 1] - truth[i + 1]);
  return sum / (truth.length / 2) / (SIDE - 1);
}

/**
 * The mean grid error of each method, of its dense flow and of moving nothing.
 *
 * @param photos the folder of all photos
 */
export async function scoreSynthetic(
  model: SemanticModel,
  photos: string,
  methods: Readonly<Record<string, MatchSemanticOptions>>,
  views: number,
): Promise<Record<'affine' | 'tps', Record<string, number>>> {
  const names = readdirSync(photos).filter((name) => /\.(jpe?g|png|webp)$/i.test(name));
  const held = names.sort().filter((_, i) => i % HELD_OUT === 0);
  const random = createRandom(5);
  const sums: Record<'affine' | 'tps', Record<string, number>> = { affine: {}, tps: {} };
  const line = Array.from({ length: 20 }, (_, i) => (i * (SIDE - 1)) / 19);
  const grid = line.flatMap((y) => line.flatMap((x) => [x, y]));
  for (const name of held) {
    const photo = await readImage(join(photos, name));
    const a = await describeSemantic(model, renderView(photo, homographyWarp([1, 0, 0, 0, 1, 0, 0, 0, 1])));
    for (const kind of ['affine', 'tps'] as const)
      for (let view = 0; view < views; view++) {
        const warp = kind === 'affine' ? randomAffine(random) : randomSpline(random);
        const truth = applyWarp(composeWarps(fromPlane(SIDE, SIDE), composeWarps(warp, toPlane(SIDE))), grid);
        const b = await describeSemantic(model, renderView(photo, warp));
        const add = (key: string, found: ArrayLike<number>) => {
          sums[kind][key] = (sums[kind][key] ?? 0) + gridError(found, truth) / (held.length * views);
        };
        add('identity', grid);
        for (const [name, options] of Object.entries(methods)) {
          const match = await matchSemantic(model, b, a, options);
          add(name, transferPoints(match, grid, 'transform').pointsB);
          if (options.transform === 'fitted-tps')
            add(`dense of ${name}`, transferPoints(match, grid).pointsB);
        }
      }
  }
  for (const row of Object.values(sums)) for (const key of Object.keys(row)) row[key] = round(row[key]);
  return sums;
}
