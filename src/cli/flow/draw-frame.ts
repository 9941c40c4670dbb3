import type { FlowField, Image } from '../../core/index.ts';
import { overlayImages, colorizeFlow, drawArrows, sideBySide } from '../../draw/index.ts';
import type { Overlay } from './flow-options.ts';

/** One image of a sequence: its flow in colours, alone or with the frame it starts from. */
export function drawFlow(frame: Image, flow: FlowField, overlay: Overlay, maxMagnitude?: number): Image {
  if (overlay === 'arrows') return drawArrows(frame, flow);
  const colors = colorizeFlow(flow, { maxMagnitude }).image;
  if (overlay === 'color') return colors;
  return overlay === 'blend' ? overlayImages(frame, colors) : sideBySide(frame, colors);
}

/** Columns of the images that {@link drawFlow} makes of frames of this width. */
export function imageWidth(frameWidth: number, overlay: Overlay): number {
  return overlay === 'side-by-side' ? frameWidth * 2 : frameWidth;
}
