/** Images of what each stage did, for people to look at. */

import type { Color, Image } from '../core/index.ts';
import { colorOf, drawLine } from '../draw/index.ts';
import type { PanoramaCanvas, WarpedView } from './canvas/index.ts';
import type { SeamMap } from './seams/index.ts';
import type { StitchPair, View } from './types.ts';

const blank = (width: number, height: number): Image => ({
  width,
  height,
  data: new Uint8Array(width * height * 3),
});

function paste(target: Image, source: Image, left: number, top: number): void {
  for (let y = 0; y < source.height; y++)
    target.data.set(
      source.data.subarray(y * source.width * 3, (y + 1) * source.width * 3),
      ((y + top) * target.width + left) * 3,
    );
}

/** All images in a grid, nearly square. */
function sheet(thumbnails: readonly Image[]): { image: Image; corners: [number, number][]; columns: number } {
  const columns = Math.ceil(Math.sqrt(thumbnails.length));
  const width = Math.max(...thumbnails.map((t) => t.width)) + 8;
  const height = Math.max(...thumbnails.map((t) => t.height)) + 8;
  const image = blank(columns * width, Math.ceil(thumbnails.length / columns) * height);
  const corners = thumbnails.map((thumbnail, i): [number, number] => {
    const corner: [number, number] = [(i % columns) * width + 4, Math.floor(i / columns) * height + 4];
    paste(image, thumbnail, ...corner);
    return corner;
  });
  return { image, corners, columns };
}

/** Every verified pair's inliers, each joined by a line from image to image. */
export function drawPairs(
  views: readonly View[],
  thumbnails: readonly Image[],
  pairs: readonly StitchPair[],
): Image {
  const { image, corners } = sheet(thumbnails);
  const at = (v: number, points: Float64Array, i: number): [number, number] => [
    corners[v][0] + (points[2 * i] * thumbnails[v].width) / views[v].width,
    corners[v][1] + (points[2 * i + 1] * thumbnails[v].height) / views[v].height,
  ];
  pairs.forEach(({ a, b, inliers, verified }, k) => {
    if (!verified) return;
    const every = Math.max(1, Math.floor(inliers.scores.length / 25));
    for (let i = 0; i < inliers.scores.length; i += every)
      drawLine(image, at(a, inliers.pointsA, i), at(b, inliers.pointsB, i), colorOf(k), 1);
  });
  return image;
}

/** Points that take part, on each image. */
export function drawPoints(
  views: readonly View[],
  thumbnails: readonly Image[],
  pairs: readonly StitchPair[],
): Image {
  const { image, corners } = sheet(thumbnails);
  const mark = (v: number, points: Float64Array, color: Color): void => {
    for (let i = 0; i < points.length; i += 2) {
      const x = corners[v][0] + (points[i] * thumbnails[v].width) / views[v].width;
      const y = corners[v][1] + (points[i + 1] * thumbnails[v].height) / views[v].height;
      drawLine(image, [x - 2, y], [x + 2, y], color, 1);
      drawLine(image, [x, y - 2], [x, y + 2], color, 1);
    }
  };
  pairs.forEach(({ a, b, inliers, verified }, k) => {
    if (!verified) return;
    mark(a, inliers.pointsA, colorOf(k));
    mark(b, inliers.pointsB, colorOf(k));
  });
  return image;
}

/** The match graph: images joined where a pair is verified, thicker with more inliers; refused pairs thin and red. */
export function drawGraph(thumbnails: readonly Image[], pairs: readonly StitchPair[]): Image {
  const { image, corners } = sheet(thumbnails);
  const middle = (v: number): [number, number] => [
    corners[v][0] + thumbnails[v].width / 2,
    corners[v][1] + thumbnails[v].height / 2,
  ];
  for (const { a, b, inliers, verified, matches } of pairs) {
    if (!verified && matches.scores.length < 20) continue;
    const thickness = verified ? Math.min(9, 1 + Math.floor(Math.sqrt(inliers.scores.length) / 3)) : 1;
    const [p, q] = [middle(a), middle(b)];
    for (let k = 0; k < thickness; k++) {
      const shift = k - (thickness - 1) / 2;
      drawLine(
        image,
        [p[0] + shift, p[1] + shift],
        [q[0] + shift, q[1] + shift],
        verified ? [40, 230, 80] : [200, 30, 30],
        1,
      );
    }
  }
  return image;
}

/** The images on the canvas, each where the seams will give it the place. */
export function drawWarped(
  { width, height }: PanoramaCanvas,
  views: readonly WarpedView[],
  { owners }: SeamMap,
): Image {
  const image = blank(width, height);
  views.forEach(({ area, inside, rgb }, v) => {
    for (let y = 0; y < area.height; y++)
      for (let x = 0; x < area.width; x++) {
        const k = y * area.width + x;
        const at = (y + area.y) * width + x + area.x;
        if (!inside[k] || owners[at] !== v) continue;
        for (let c = 0; c < 3; c++) image.data[3 * at + c] = Math.max(0, Math.min(255, rgb[3 * k + c]));
      }
  });
  return image;
}

/** The same with a colour an image and the outlines where owners change. */
export function drawSeams(canvas: PanoramaCanvas, views: readonly WarpedView[], seams: SeamMap): Image {
  const image = drawWarped(canvas, views, seams);
  const { width, height, owners } = seams;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const k = y * width + x;
      if (owners[k] < 0) continue;
      const color = colorOf(owners[k]);
      const edge =
        (x + 1 < width && owners[k + 1] !== owners[k]) || (y + 1 < height && owners[k + width] !== owners[k]);
      for (let c = 0; c < 3; c++)
        image.data[3 * k + c] = edge ? 255 : 0.7 * image.data[3 * k + c] + 0.3 * color[c];
    }
  return image;
}
