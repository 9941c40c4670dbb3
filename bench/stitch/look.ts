/**
 * `npm run bench:look`: how panoramas look, in figures. Of each set: pixels that are white in the panorama and in no photo
 * there (in % of those covered), by how much the panorama is whiter than the whitest photo, the greatest and least gain,
 * how far the tints of two photos lie apart, and the largest area scale by the smallest. `-- kayak` takes only sets of
 * that name, `-- kayak OUT` writes the panoramas to a folder.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImage, stitch, writeImage } from '../../src/index.ts';
import type { Image } from '../../src/index.ts';
import type { Panorama } from '../../src/stitch/index.ts';
import { footprints, inverseMatrices, layOut, warpToCanvas } from '../../src/stitch/canvas/index.ts';
import type { PanoramaCanvas } from '../../src/stitch/canvas/index.ts';
import { describeMachine, printTable, round, saveResults } from '../shared/measure.ts';
import { listParallaxPairs, listSets } from './sets.ts';
import type { StitchSet } from './sets.ts';

const [only = '', out] = process.argv.slice(2);
/** A pixel whose least colour is this or more is white. */
const WHITE = 250;

interface Look {
  readonly name: string;
  readonly placed: number;
  readonly of: number;
  readonly model: string;
  readonly projection: string;
  readonly newWhite: number;
  readonly whiter: number;
  readonly gains: readonly [number, number];
  readonly tintRange: number;
  readonly areaRatio: number;
}

const isWhite = (data: Uint8Array, k: number): boolean =>
  Math.min(data[3 * k], data[3 * k + 1], data[3 * k + 2]) >= WHITE;

/** In %. */
function shareWhite({ width, height, data }: Image): number {
  let count = 0;
  for (let k = 0; k < width * height; k++) if (isWhite(data, k)) count++;
  return (100 * count) / (width * height);
}

/** 1 where a photo covers the canvas, 2 where one is white there or a pixel beside. */
function markPhotos(canvas: PanoramaCanvas, photos: readonly Image[]): Uint8Array {
  const marks = new Uint8Array(canvas.width * canvas.height);
  const inverses = inverseMatrices(canvas);
  for (const [view, area] of footprints(canvas, inverses).entries()) {
    if (!area) continue;
    const { rgb, inside } = warpToCanvas(
      { canvas, view, image: photos[view], inverse: inverses[view] },
      area,
    );
    for (let k = 0; k < inside.length; k++) {
      if (!inside[k]) continue;
      const x = area.x + (k % area.width);
      const y = area.y + Math.floor(k / area.width);
      marks[y * canvas.width + x] ||= 1;
      if (!isWhite(rgb, k)) continue;
      for (let j = Math.max(0, y - 1); j <= Math.min(canvas.height - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(canvas.width - 1, x + 1); i++)
          marks[j * canvas.width + i] = 2;
    }
  }
  return marks;
}

/** Of the covered pixels those that are white where no photo is, in %. */
function shareNewWhite(image: Image, marks: Uint8Array): number {
  let [covered, fresh] = [0, 0];
  for (let k = 0; k < marks.length; k++) {
    if (!marks[k]) continue;
    covered++;
    if (marks[k] === 1 && isWhite(image.data, k)) fresh++;
  }
  return (100 * fresh) / covered;
}

/** Places along each side of a photo where its area is taken. */
const STEPS = 15;

/** The largest by the smallest area of a photo's pixel on the canvas, of all photos, their corners included. */
function areaRatioOf({ matrices, sizes, projection }: PanoramaCanvas): number {
  let [least, most] = [Infinity, 0];
  const place = (view: number, x: number, y: number): [number, number] => {
    const m = matrices[view];
    const ray = [0, 3, 6].map((k) => m[k] * x + m[k + 1] * y + m[k + 2]);
    const [u, v] = projection.project(ray[0], ray[1], ray[2], new Float64Array(3)) ?? [NaN, NaN];
    return [u, v];
  };
  for (const [view, { width, height }] of sizes.entries())
    for (let j = 0; j <= STEPS; j++)
      for (let i = 0; i <= STEPS; i++) {
        const [x, y] = [(i / STEPS) * (width - 1), (j / STEPS) * (height - 1)];
        const [[x0, y0], [x1, y1], [x2, y2]] = [
          place(view, x, y),
          place(view, x + 1, y),
          place(view, x, y + 1),
        ];
        const area = Math.abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0));
        if (area > 0) [least, most] = [Math.min(least, area), Math.max(most, area)];
      }
  return most / least;
}

/** How far two photos' tints lie apart, as the logarithm of their most different channel's ratio. */
function tintRangeOf(tints: readonly (readonly number[] | undefined)[]): number {
  const logs = tints.map((tint) => (tint ?? [1, 1, 1]).map(Math.log));
  return Math.max(
    ...[0, 1, 2].map((c) => Math.max(...logs.map((l) => l[c])) - Math.min(...logs.map((l) => l[c]))),
  );
}

async function lookAt({ name, files }: StitchSet): Promise<Look> {
  const photos = await Promise.all(files.map((file) => readImage(file)));
  const { panoramas } = await stitch(photos);
  const [{ image, report, transforms }]: readonly Panorama[] = panoramas;
  if (out) await writeImage(join(out, `${name}.png`), image!, { overwrite: true });
  const own = report.images.map(({ file }) => photos[Number(/\d+$/.exec(file)![0])]);
  const { matrices, ...rest } = {
    matrices: report.images.map(({ homographyToPanorama }) => homographyToPanorama),
    ...transforms,
  };
  const canvas = layOut(rest.projection, matrices, own, rest.scale, rest.upright);
  if (canvas.width !== image!.width || canvas.height !== image!.height)
    throw new Error(
      `Expected ${image!.width} x ${image!.height} for ${name} but laid out ${canvas.width} x ${canvas.height}`,
    );
  const gains = report.images.map(({ gain }) => gain);
  return {
    ...{
      name,
      placed: report.images.length,
      of: files.length,
      model: report.model,
      projection: report.projection,
    },
    newWhite: round(shareNewWhite(image!, markPhotos(canvas, own)), 3),
    whiter: round(Math.max(0, shareWhite(image!) - Math.max(...own.map(shareWhite))), 3),
    gains: [round(Math.min(...gains), 3), round(Math.max(...gains), 3)],
    tintRange: round(tintRangeOf(report.images.map(({ tint }) => tint)), 3),
    areaRatio: round(areaRatioOf(canvas), 2),
  };
}

const scratch = mkdtempSync(`${tmpdir()}/whither-look-`);
try {
  const rows: Look[] = [];
  for (const set of [...listSets(scratch), ...listParallaxPairs()].filter(({ name }) => name.includes(only)))
    rows.push(await lookAt(set));
  printTable(
    ['set', 'placed', 'model', 'projection', 'new white %', 'whiter %', 'gains', 'tints', 'area ratio'],
    rows.map((row) => [
      row.name,
      `${row.placed}/${row.of}`,
      row.model,
      row.projection,
      ...[row.newWhite, row.whiter, row.gains.join(' to '), row.tintRange, row.areaRatio].map(String),
    ]),
  );
  const mean = (of: (row: Look) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  console.log(
    `mean new white ${round(
      mean((row) => row.newWhite),
      3,
    )} %, whiter ${round(
      mean((row) => row.whiter),
      3,
    )} %`,
  );
  if (!only) console.log(saveResults('look', { machine: describeMachine(['sharp']), rows }));
} finally {
  rmSync(scratch, { recursive: true });
}
