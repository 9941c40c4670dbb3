import type { Image } from '../../src/core/types.ts';
import { createFrameSink } from '../../src/io/index.ts';

/** A soft pattern that moves by two pixels to the right a frame. */
export function drawFrame(width: number, height: number, frame = 0): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const phase = x - 2 * frame;
      const values = [Math.sin(phase / 5), Math.sin(y / 7 + phase / 11), Math.cos((phase + y) / 9)];
      data.set(
        values.map((value) => 128 + 100 * value),
        (y * width + x) * 3,
      );
    }
  return { width, height, data };
}

/** Writes a video, GIF or folder of `count` frames. */
export async function writeFrames(path: string, count: number, width = 64, height = 48): Promise<void> {
  const sink = await createFrameSink(path, { width, height, frameRate: 10 });
  for (let i = 0; i < count; i++) await sink.write(drawFrame(width, height, i));
  await sink.close();
}
