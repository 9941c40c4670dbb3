import { resizePlanes } from '../../../kernels/resample/index.ts';
import type { Tensor } from '../../core/index.ts';
import type { Patches } from '../../features/index.ts';
import type { PatchInput } from '../../runtime/index.ts';
import type { PatchImage } from '../patch-image.ts';

/** What is added to and multiplied with 8-bit values of a plane. */
interface Mapping {
  readonly offset: number;
  readonly factor: number;
}

/** Of each plane, in the order of the channels. */
function mappingsOf({ channels, range: [black, white], mean, std }: PatchInput): Mapping[] {
  return Array.from({ length: channels === 'grey' ? 1 : 3 }, (_, plane) => {
    const divisor = std?.[plane] ?? 1;
    return { offset: (black - (mean?.[plane] ?? 0)) / divisor, factor: (white - black) / 255 / divisor };
  });
}

/** Grey patches as a network takes them, 0 to 255 before; all planes of one that takes colours are the same. */
export function patchTensor({ count, size, data }: Patches, input: PatchInput): Tensor {
  const mappings = mappingsOf(input);
  const pixels = size * size;
  const out = new Float32Array(count * mappings.length * pixels);
  for (let patch = 0, to = 0; patch < count; patch++)
    for (const { offset, factor } of mappings)
      for (let i = patch * pixels, end = i + pixels; i < end; i++, to++) out[to] = offset + data[i] * factor;
  return { dims: [count, mappings.length, size, size], data: out };
}

/** Images of any size, grey or RGB, as a network of colours takes them. */
export function colorTensor(images: readonly PatchImage[], input: PatchInput): Tensor {
  const { size, channels } = input;
  const mappings = mappingsOf(input);
  const out = new Float32Array(images.length * 3 * size * size);
  images.forEach((image, n) => {
    const planes = resizePlanes(colorPlanes(image), size, size).data;
    mappings.forEach(({ offset, factor }, plane) => {
      const from = (channels === 'BGR' ? 2 - plane : plane) * size * size;
      const to = (3 * n + plane) * size * size;
      for (let i = 0; i < size * size; i++) out[to + i] = offset + planes[from + i] * factor;
    });
  });
  return { dims: [images.length, 3, size, size], data: out };
}

/** Red, green and blue, 0 to 255; those of a grey image are the same. */
function colorPlanes({ width, height, data }: PatchImage) {
  const pixels = width * height;
  const [step, next] = data.length === pixels ? [1, 0] : [3, 1];
  const planes = new Float32Array(3 * pixels);
  for (let c = 0, o = 0; c < 3; c++)
    for (let i = c * next; o < (c + 1) * pixels; i += step) planes[o++] = data[i];
  return { channels: 3, height, width, data: planes };
}
