import type { Image } from '../core/index.ts';
import { drawLine } from './lines.ts';
import type { Point } from './lines.ts';

const COLOR = [255, 220, 0] as const;

/**
 * A frame with a box on it, two pixels wide; nothing is drawn where there is none.
 *
 * @param box left and upper border, width and height, in pixels
 * @example
 * import { drawBox } from 'whither/track';
 * import { loadFlowModel, openFrames, trackBox, writeImage } from 'whither';
 *
 * await using model = await loadFlowModel();
 * for await (const { index, image, box } of trackBox(model, await openFrames('clip.mp4'), [120, 80, 64, 48]))
 *   await writeImage(`${index}.png`, drawBox(image, box));
 */
export function drawBox(image: Image, box: readonly [number, number, number, number] | null): Image {
  const canvas = { ...image, data: image.data.slice() };
  if (!box) return canvas;
  for (const inset of [0, 1]) {
    const [left, top] = [box[0] + inset, box[1] + inset];
    const [right, bottom] = [box[0] + box[2] - 1 - inset, box[1] + box[3] - 1 - inset];
    const corners: Point[] = [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ];
    corners.forEach((corner, i) => drawLine(canvas, corner, corners[(i + 1) % 4], COLOR, 1));
  }
  return canvas;
}
