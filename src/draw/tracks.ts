import type { Image } from '../core/index.ts';
import { colorOf, drawDot, drawLine } from './lines.ts';

/** A track as `drawTracks` needs it. */
export interface DrawnTrack {
  /** x and y in each frame, in pixels; null where it is unknown. */
  readonly points: readonly (readonly [x: number, y: number] | null)[];
  readonly visible: readonly boolean[];
}

/** Frames that a tail goes back. */
const TAIL = 12;

/**
 * A frame with the tracks on it: a dot in a colour of its own where a point is visible, a tail through the frames before,
 * and nothing where it is occluded.
 *
 * @param index position of the frame in the tracks
 * @param tail frames that a tail goes back; defaults to 12
 * @example
 * import { collectTracks, drawTracks } from 'whither/track';
 * import { loadFlowModel, openFrames, writeImage } from 'whither';
 *
 * await using model = await loadFlowModel();
 * const source = await openFrames('clip.mp4');
 * const { tracks } = await collectTracks(model, source, [[320, 180]]);
 * for await (const { index, name, image } of source.frames())
 *   await writeImage(`${name}.png`, drawTracks(image, tracks, index));
 */
export function drawTracks(image: Image, tracks: readonly DrawnTrack[], index: number, tail = TAIL): Image {
  const canvas = { ...image, data: image.data.slice() };
  tracks.forEach((track, i) => drawTail(canvas, track, index, tail, i));
  tracks.forEach(({ points, visible }, i) => {
    const at = points[index];
    if (!at || !visible[index]) return;
    drawDot(canvas, at, [0, 0, 0], 2);
    drawDot(canvas, at, colorOf(i), 1);
  });
  return canvas;
}

/** Fading backwards; the parts that were not seen are left out. */
function drawTail(
  canvas: Image,
  { points, visible }: DrawnTrack,
  index: number,
  tail: number,
  i: number,
): void {
  for (let k = Math.max(1, index - tail + 1); k <= index; k++) {
    const [from, to] = [points[k - 1], points[k]];
    if (!from || !to || !visible[k - 1] || !visible[k]) continue;
    const opacity = 1 - (index - k) / tail;
    drawLine(canvas, from, to, colorOf(i), opacity);
    drawLine(canvas, [from[0] + 1, from[1]], [to[0] + 1, to[1]], colorOf(i), opacity);
  }
}
