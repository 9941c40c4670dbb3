import { coverageOf } from './coverage.ts';
import type { ByteImage } from '../resample/index.ts';

/** The definition, without checks. */
export function shrinkReference(
  { width, data, height }: ByteImage,
  newWidth: number,
  newHeight: number,
): ByteImage {
  const [columns, rows] = [coverageOf(width, newWidth), coverageOf(height, newHeight)];
  const out = new Uint8Array(newWidth * newHeight * 3);
  for (let y = 0; y < newHeight; y++)
    for (let x = 0; x < newWidth; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let j = 0; j < rows.taps; j++)
          for (let i = 0; i < columns.taps; i++) {
            const share = rows.shares[y * rows.taps + j] * columns.shares[x * columns.taps + i];
            sum += share * data[((rows.first[y] + j) * width + columns.first[x] + i) * 3 + c];
          }
        out[(y * newWidth + x) * 3 + c] = Math.round(sum);
      }
  return { width: newWidth, height: newHeight, data: out };
}
