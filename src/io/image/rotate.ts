import type { Image } from '../../core/index.ts';

/** The image turned clockwise by `turns` quarter turns, 0 to 3; itself for 0. */
export function rotateImage(image: Image, turns: number): Image {
  if (turns === 0) return image;
  const { width, height, data } = image;
  const [newWidth, newHeight] = turns === 2 ? [width, height] : [height, width];
  const turned = new Uint8Array(data.length);
  let target = 0;
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [fromX, fromY] = rotateBack(x, y, turns, width, height);
      const source = (fromY * width + fromX) * 3;
      turned[target++] = data[source];
      turned[target++] = data[source + 1];
      turned[target++] = data[source + 2];
    }
  }
  return { width: newWidth, height: newHeight, data: turned };
}

/** Where the pixel x, y of the turned image was in the image of `width` x `height` pixels. */
function rotateBack(
  x: number,
  y: number,
  turns: number,
  width: number,
  height: number,
): readonly [number, number] {
  if (turns === 1) return [y, height - 1 - x];
  if (turns === 2) return [width - 1 - x, height - 1 - y];
  return [width - 1 - y, x];
}
