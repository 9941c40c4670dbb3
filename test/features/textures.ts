import type { Homography } from '../../src/core/homography.ts';
import { applyHomography } from '../../src/core/homography.ts';
import type { Image } from '../../src/core/types.ts';
import { createRandom } from '../../src/geometry/index.ts';

/** An image of soft blobs of many sizes, the same for the same seed; `map` says where its pixels look in the plane. */
export function drawBlobs(width: number, height: number, seed = 1, map?: Homography): Image {
  const random = createRandom(seed);
  const blobs = Array.from({ length: 260 }, () => ({
    x: random() * 1.6 - 0.3,
    y: random() * 1.6 - 0.3,
    size: 0.008 + 0.035 * random() ** 2,
    light: random() < 0.5 ? -90 : 90,
  }));
  const plane = new Float32Array(width * height).fill(128);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const [px, py] = map ? applyHomography(map, x, y) : [x, y];
      for (const { x: bx, y: by, size, light } of blobs) {
        const dx = px - bx * width;
        const reach = 3 * size * width;
        if (dx > reach || dx < -reach) continue;
        const dy = py - by * height;
        const share = (9 * (dx * dx + dy * dy)) / (reach * reach);
        if (share < 9) plane[i] += light * Math.exp(-share);
      }
    }
  const data = new Uint8Array(width * height * 3);
  plane.forEach((value, i) => data.fill(Math.max(0, Math.min(255, Math.round(value))), 3 * i, 3 * i + 3));
  return { width, height, data };
}

export function drawFlat(width: number, height: number, level = 100): Image {
  return { width, height, data: new Uint8Array(width * height * 3).fill(level) };
}
