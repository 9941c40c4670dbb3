import { checkOptions } from '../../core/index.ts';
import type { FlowField, Image, OptionNames, ScalarField } from '../../core/index.ts';
import { applyWarp } from '../../geometry/index.ts';
import { besides, colorOf, drawDot, drawLine } from '../../draw/index.ts';
import type { Point } from '../../draw/index.ts';
import type { SemanticMatch } from './match-semantic.ts';
import { transferPoints } from './transfer-points.ts';
import type { Color } from '../../core/index.ts';

/** Options of `drawSemanticMatch`. */
export interface DrawSemanticOptions {
  /** Points of A to carry over, x and y interleaved; defaults to a coarse grid of sure ones. */
  readonly points?: ArrayLike<number>;
  /** Lines of the grid that is laid over A and bent onto B, each way; defaults to 12, 0 for none. */
  readonly lines?: number;
  /** Pixels between the images; defaults to 8. */
  readonly gap?: number;
}

const OPTIONS: OptionNames<DrawSemanticOptions> = { points: true, lines: true, gap: true };

const GRID: Color = [255, 224, 0];
const REGRESSED: Color = [0, 230, 230];

/**
 * Four panels: A with its points and a grid; B with the points carried over, the grid bent by the flow (yellow, faint
 * where the confidence is low) and the outline of the regressed warp (cyan); B brought onto A by the flow; and both mixed.
 *
 * @example
 * import { drawSemanticMatch, loadSemanticModel, matchSemantic, writeImage } from 'whither';
 *
 * await using model = await loadSemanticModel();
 * const found = await matchSemantic(model, imageA, imageB);
 * await writeImage('same-parts.png', drawSemanticMatch(imageA, imageB, found, { points: [120, 80] }));
 */
export function drawSemanticMatch(
  imageA: Image,
  imageB: Image,
  match: SemanticMatch,
  options: DrawSemanticOptions = {},
): Image {
  checkOptions(options, OPTIONS, 'drawSemanticMatch');
  const { lines = 12, gap = 8 } = options;
  const points = options.points ?? surePoints(match.confidence);
  const { pointsB } = transferPoints(match, points);
  const [a, b] = [copy(imageA), copy(imageB)];
  drawGrids(a, b, match, lines);
  if (match.transform) drawOutline(b, applyWarp(match.transform.warpAB, outlineOf(imageA)));
  for (let i = 0; i < points.length / 2; i++)
    for (const [canvas, at] of [[a, points] as const, [b, pointsB] as const])
      drawMark(canvas, [at[2 * i], at[2 * i + 1]], colorOf(i));
  const warped = bring(imageB, match.flow);
  return besides(besides(a, b, gap), besides(warped, mixed(imageA, warped), gap), gap);
}

const copy = ({ width, height, data }: Image): Image => ({ width, height, data: data.slice() });

/** Points spread evenly where the confidence is above the mean. */
function surePoints({ width, height, data }: ScalarField): number[] {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const points: number[] = [];
  for (let row = 0; row < 6; row++)
    for (let column = 0; column < 6; column++) {
      const x = Math.floor(((column + 0.5) * width) / 6);
      const y = Math.floor(((row + 0.5) * height) / 6);
      if (data[y * width + x] >= mean) points.push(x, y);
    }
  return points;
}

function drawMark(canvas: Image, point: Point, color: Color): void {
  const reach = Math.max(1, Math.round(Math.max(canvas.width, canvas.height) / 120));
  drawDot(canvas, point, [0, 0, 0], reach + 1);
  drawDot(canvas, point, color, reach);
}

/** The grid on A, and where its lines go on B, a piece at a time. */
function drawGrids(a: Image, b: Image, match: SemanticMatch, lines: number): void {
  const pieces = 40;
  const spot = (along: number, across: number, upright: boolean): Point => {
    const [s, t] = [along * 0.96 + 0.02, across * 0.96 + 0.02];
    return [(upright ? t : s) * (a.width - 1), (upright ? s : t) * (a.height - 1)];
  };
  for (const upright of [false, true])
    for (let line = 0; line < lines; line++)
      for (let k = 0; k < pieces; k++) {
        const across = lines > 1 ? line / (lines - 1) : 0.5;
        const ends = [spot(k / pieces, across, upright), spot((k + 1) / pieces, across, upright)];
        const { pointsB, scores } = transferPoints(match, ends.flat());
        drawLine(a, ends[0], ends[1], GRID, 0.5);
        drawLine(b, [pointsB[0], pointsB[1]], [pointsB[2], pointsB[3]], GRID, 0.15 + 0.85 * scores[0]);
      }
}

/** Points along A's border, clockwise, x and y interleaved. */
function outlineOf({ width, height }: Image): number[] {
  const corners = [0, 0, width - 1, 0, width - 1, height - 1, 0, height - 1, 0, 0];
  const points: number[] = [];
  for (let side = 0; side < 4; side++)
    for (let k = 0; k <= 20; k++)
      for (const axis of [0, 1])
        points.push(
          corners[2 * side + axis] + ((corners[2 * side + 2 + axis] - corners[2 * side + axis]) * k) / 20,
        );
  return points;
}

function drawOutline(canvas: Image, points: ArrayLike<number>): void {
  for (let i = 0; i + 3 < points.length; i += 2)
    drawLine(canvas, [points[i], points[i + 1]], [points[i + 2], points[i + 3]], REGRESSED, 1);
}

/** B as A's grid sees it: each pixel the nearest one of B, its border repeated. */
function bring(imageB: Image, { width, height, data: flow }: FlowField): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const u = Math.min(Math.max(Math.round(x + flow[2 * i]), 0), imageB.width - 1);
      const v = Math.min(Math.max(Math.round(y + flow[2 * i + 1]), 0), imageB.height - 1);
      for (let c = 0; c < 3; c++) data[3 * i + c] = imageB.data[3 * (v * imageB.width + u) + c];
    }
  return { width, height, data };
}

function mixed(a: Image, b: Image): Image {
  return { ...a, data: a.data.map((value, i) => (value + b.data[i]) >> 1) };
}
