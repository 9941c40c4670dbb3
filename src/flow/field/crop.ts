import { checkFlow, checkGrid, checkRectangle } from '../../core/index.ts';
import type { FlowField, Image, Rectangle } from '../../core/index.ts';
import { copyRows, cropFlowData, imageWindow } from './window.ts';
import type { Window } from './window.ts';

/**
 * The pixels of a rectangle.
 *
 * @param box in pixels of the image, inside of it
 * @throws ShapeError where the rectangle is not inside of the image
 * @example
 * import { cropImage, readImage } from 'whither';
 *
 * const face = cropImage(await readImage('photo.jpg'), { x: 40, y: 20, width: 64, height: 64 });
 */
export function cropImage(image: Image, box: Rectangle): Image {
  checkGrid(image, 3, 'image');
  return imageWindow(image, toWindow(checkRectangle(box, 'box', image)));
}

/**
 * The flow of a rectangle, with its mask of known pixels. No vector changes, and some may lead out of the rectangle.
 *
 * @param box in pixels of the flow, inside of it
 * @throws ShapeError where the rectangle is not inside of the flow
 * @example
 * import { cropFlow, readFlow } from 'whither';
 *
 * const part = cropFlow(await readFlow('flow.flo'), { x: 40, y: 20, width: 64, height: 64 });
 */
export function cropFlow(flow: FlowField, box: Rectangle): FlowField {
  checkFlow(flow, 'flow');
  const window = toWindow(checkRectangle(box, 'box', flow));
  const { width, height } = window;
  const data = cropFlowData(flow, window);
  if (!flow.valid) return { width, height, data };
  const valid = new Uint8Array(width * height);
  copyRows(flow.valid, flow.width, 0, window, 1, valid, 0);
  return { width, height, data, valid };
}

const toWindow = ({ x, y, width, height }: Rectangle): Window => ({ left: x, top: y, width, height });
