import type { FlowField, Image, OptionNames } from '../core/index.ts';
import {
  checkColor,
  checkFlow,
  checkGrid,
  checkInteger,
  checkOptions,
  checkPositive,
  checkSameSize,
  knownPixels,
} from '../core/index.ts';
import { fillOutlined } from './canvas.ts';
import type { Bounds, Drawing, SignedDistance } from './canvas.ts';
import type { Color } from '../core/index.ts';

/** Options of `drawArrows`. */
export interface ArrowOptions {
  /** Pixels between arrows; defaults to 16. */
  readonly step?: number;
  /** Length of the arrow for one pixel of motion; defaults to 1, true to scale. */
  readonly scale?: number;
  /** Defaults to yellow; the outline is always dark. */
  readonly color?: Color;
}

const OPTIONS: OptionNames<ArrowOptions> = { step: true, scale: true, color: true };

/** Length in pixels of drawing below which nothing is drawn. */
const LEAST_LENGTH = 0.5;

const OUTLINE: Color = [16, 16, 16];

/** Half the width of a head at its base, as a part of its length. */
const HEAD_SLOPE = 0.5;

/**
 * The image with an arrow on every `step`-th pixel, from where it is to where it moves; a dot where that is
 * less than a pixel of drawing, and nothing where it is less than half a pixel. Arrows are softened at the border and outlined, to be read on any ground.
 *
 * @throws ShapeError when the two differ in size
 * @example
 * import { drawArrows, writeImage } from 'whither';
 *
 * await writeImage('arrows.png', drawArrows(imageA, flowAB, { step: 24, color: [255, 220, 0] }));
 */
export function drawArrows(image: Image, flow: FlowField, options: ArrowOptions = {}): Image {
  checkOptions(options, OPTIONS, 'drawArrows');
  checkGrid(image, 3, 'image');
  checkFlow(flow, 'flow');
  checkSameSize(image, 'image', flow, 'flow');
  const step = checkInteger(options.step ?? 16, 'step', 1);
  const scale = checkPositive(options.scale ?? 1, 'scale');
  const color = checkColor(options.color ?? [255, 224, 0], 'color');
  const { width, height } = image;
  const canvas = { width, height, data: image.data.slice() };
  const known = knownPixels(flow);
  // In the middle of its cell, so that the margin is the same on all sides; in a small image in its middle.
  for (let y = Math.min(step, height) >> 1; y < height; y += step)
    for (let x = Math.min(step, width) >> 1; x < width; x += step) {
      const i = y * width + x;
      if (known[i] === 0) continue;
      const [dx, dy] = [flow.data[i * 2] * scale, flow.data[i * 2 + 1] * scale];
      if (norm(dx, dy) >= LEAST_LENGTH) drawArrow(canvas, x, y, x + dx, y + dy, step, color);
    }
  return canvas;
}

/** Line and head grow with the step, so that a wide grid does not look empty. */
function drawArrow(
  canvas: Drawing,
  x: number,
  y: number,
  toX: number,
  toY: number,
  step: number,
  color: Color,
): void {
  const thickness = Math.min(Math.max(step / 20, 0.6), 1.5);
  const length = norm(toX - x, toY - y);
  const head = Math.min(Math.max(step / 3, 4), length * 0.6);
  const shape = length < 1 ? circle(x, y, thickness) : arrow(x, y, toX, toY, length, thickness, head);
  const reach = Math.max(head * HEAD_SLOPE, thickness) + 2;
  const bounds: Bounds = {
    left: Math.min(x, toX) - reach,
    top: Math.min(y, toY) - reach,
    right: Math.max(x, toX) + reach,
    bottom: Math.max(y, toY) + reach,
  };
  fillOutlined(canvas, shape, bounds, color, OUTLINE);
}

function circle(x: number, y: number, radius: number): SignedDistance {
  return (px, py) => norm(px - x, py - y) - radius;
}

/**
 * Shaft and head joined. In the arrow's own frame, `along` runs from the tail and `beside` is the distance
 * from the axis; the head is a triangle from its base to the tip, as wide as it is long.
 */
function arrow(
  x: number,
  y: number,
  toX: number,
  toY: number,
  length: number,
  thickness: number,
  head: number,
): SignedDistance {
  const cos = (toX - x) / length;
  const sin = (toY - y) / length;
  const base = length - head;
  const flank = norm(1, HEAD_SLOPE);
  return (px, py) => {
    const along = (px - x) * cos + (py - y) * sin;
    const beside = Math.abs((py - y) * cos - (px - x) * sin);
    const past = along < 0 ? -along : Math.max(along - base, 0);
    const shaft = norm(past, beside) - thickness;
    const triangle = Math.max(base - along, (beside - (length - along) * HEAD_SLOPE) / flank);
    return Math.min(shaft, triangle);
  };
}

/** Math.hypot guards against overflow, at many times the price. */
function norm(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
