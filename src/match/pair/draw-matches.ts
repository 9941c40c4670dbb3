import { checkOptions } from '../../core/index.ts';
import type { Correspondences, Homography, Image, OptionNames } from '../../core/index.ts';
import { besides, colorOf, drawDot, drawLine } from '../../draw/index.ts';
import type { Point } from '../../draw/index.ts';
import { moveCorners } from './warp-view.ts';
import type { Color } from '../../core/index.ts';

/** Options of `drawMatches`. */
export interface DrawMatchesOptions {
  /** 1 for each correspondence that agrees with the geometry; defaults to all. */
  readonly inliers?: Uint8Array;
  /** Also the outline of A as B shows it. */
  readonly homography?: Homography | null;
  /** At most this many lines of each kind, spread over all of them; defaults to 200. */
  readonly most?: number;
  /** Pixels between the two images; defaults to 8. */
  readonly gap?: number;
}

const OPTIONS: OptionNames<DrawMatchesOptions> = { inliers: true, homography: true, most: true, gap: true };

const OUTLIER: Color = [220, 40, 40];
const OUTLINE: Color = [255, 220, 0];

/**
 * Both images side by side, A on the left, a line from each point to its counterpart: inliers in colours that tell
 * neighbours apart, the others in faint red below them.
 *
 * @example
 * import { drawMatches, match, writeImage } from 'whither';
 *
 * const { correspondences, inliers, homography } = await match(imageA, imageB);
 * await writeImage('matches.png', drawMatches(imageA, imageB, correspondences, { inliers, homography }));
 */
export function drawMatches(
  imageA: Image,
  imageB: Image,
  { pointsA, pointsB, scores }: Correspondences,
  options: DrawMatchesOptions = {},
): Image {
  checkOptions(options, OPTIONS, 'drawMatches');
  const { inliers, homography, most = 200, gap = 8 } = options;
  const offset = imageA.width + gap;
  const canvas = besides(imageA, imageB, gap);
  const line = (i: number, color: Color, opacity: number) => {
    const from = [pointsA[2 * i], pointsA[2 * i + 1]] as const;
    const to = [pointsB[2 * i] + offset, pointsB[2 * i + 1]] as const;
    drawLine(canvas, from, to, color, opacity);
    for (const point of [from, to]) drawDot(canvas, point, color);
  };
  const isInlier = (i: number) => !inliers || inliers[i] !== 0;
  const all = Array.from(scores, (_, i) => i);
  for (const i of thin(
    all.filter((i) => !isInlier(i)),
    most,
  ))
    line(i, OUTLIER, 0.25);
  for (const i of thin(all.filter(isInlier), most)) line(i, colorOf(i), 0.8);
  if (homography) drawOutline(canvas, moveCorners(homography, imageA), offset);
  return canvas;
}

/** At most `most` of a list, evenly. */
function thin(list: readonly number[], most: number): number[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, k) => list[Math.floor((k * list.length) / most)]);
}

function drawOutline(canvas: Image, corners: readonly number[], offset: number): void {
  for (let k = 0; k < 4; k++) {
    const [i, j] = [2 * k, 2 * ((k + 1) % 4)];
    const from: Point = [corners[i] + offset, corners[i + 1]];
    const to: Point = [corners[j] + offset, corners[j + 1]];
    for (const shift of [0, 1])
      drawLine(canvas, [from[0] + shift, from[1]], [to[0] + shift, to[1]], OUTLINE, 1);
  }
}
