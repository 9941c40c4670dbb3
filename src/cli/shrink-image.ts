import { resizePlanes } from '../../kernels/resample/index.ts';
import type { Image } from '../core/types.ts';

/** The picture with its longer side brought down to `maxSize` pixels; itself where it is no longer than that. */
export function shrinkImage(image: Image, maxSize: number | undefined): Image {
  const longer = Math.max(image.width, image.height);
  if (maxSize === undefined || longer <= maxSize) return image;
  const width = Math.max(1, Math.round((image.width * maxSize) / longer));
  const height = Math.max(1, Math.round((image.height * maxSize) / longer));
  const pixels = image.width * image.height;
  const planes = new Float32Array(pixels * 3);
  for (let i = 0; i < planes.length; i++) planes[(i % 3) * pixels + ((i / 3) | 0)] = image.data[i];
  const small = resizePlanes(
    { channels: 3, width: image.width, height: image.height, data: planes },
    width,
    height,
  );
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.round(small.data[(i % 3) * width * height + ((i / 3) | 0)]);
  return { width, height, data };
}
