import type { Pose } from './template.ts';
import { SHRINK } from './track-image.ts';
import type { TrackImage } from './track-image.ts';

/** Cells of the shrunken image to a side of what is searched for. */
const SIDE = 9;
const REACH = (SIDE - 1) / 2;
/** Least normalised correlation of a place worth a closer look. */
const ALIKE = 0.7;
/** Standard deviation of grey below which there is nothing to correlate. */
const PLAIN = 4;

/** The surroundings of a point at a low resolution: zero mean, unit length; null where they are plain or cut off. */
export function takeSurroundings(image: TrackImage, { x, y }: Pose): Float32Array | null {
  const { width, height, data } = image.small();
  const left = Math.round((x + 0.5) / SHRINK - 0.5) - REACH;
  const top = Math.round((y + 0.5) / SHRINK - 0.5) - REACH;
  if (left < 0 || top < 0 || left + SIDE > width || top + SIDE > height) return null;
  const patch = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++)
    patch.set(data.subarray((top + row) * width + left, (top + row) * width + left + SIDE), row * SIDE);
  const mean = patch.reduce((sum, value) => sum + value, 0) / patch.length;
  const length = Math.sqrt(patch.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  if (length < PLAIN * SIDE) return null;
  return patch.map((value) => (value - mean) / length);
}

/** The places of an image that look most like `patch`, best first, in pixels of the image. */
export function findSurroundings(image: TrackImage, patch: Float32Array, most: number): [number, number][] {
  const scores = correlate(image, patch);
  const { width, height } = image.small();
  const found: [number, number][] = [];
  while (found.length < most) {
    let best = 0;
    for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
    if (!(scores[best] >= ALIKE)) break;
    const [x, y] = [best % width, Math.floor(best / width)];
    found.push([(x + 0.5) * SHRINK - 0.5, (y + 0.5) * SHRINK - 0.5]);
    for (let row = Math.max(0, y - 2); row <= Math.min(height - 1, y + 2); row++)
      scores.fill(0, row * width + Math.max(0, x - 2), row * width + Math.min(width, x + 3));
  }
  return found;
}

/** Normalised correlation with the window about each cell; 0 near the border and where the image is plain. */
function correlate(image: TrackImage, patch: Float32Array): Float32Array {
  const { width, height, data } = image.small();
  const lengths = image.contrast(SIDE);
  const out = new Float32Array(width * height);
  for (let y = REACH; y < height - REACH; y++)
    for (let x = REACH; x < width - REACH; x++) {
      const length = lengths[y * width + x];
      if (length < PLAIN * SIDE) continue;
      let sum = 0;
      for (let row = 0, k = 0; row < SIDE; row++)
        for (let at = (y + row - REACH) * width + x - REACH, end = at + SIDE; at < end; at++, k++)
          sum += data[at] * patch[k];
      out[y * width + x] = sum / length;
    }
  return out;
}
