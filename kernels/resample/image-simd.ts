import type { FeatureMap } from '../types.ts';
import { axisTaps } from './axis.ts';
import type { AxisTaps } from './axis.ts';
import { moveRows, placeRegions, resampleEngine, roomBeside, writeScalar } from './engine.ts';
import type { ResampleEngine } from './engine.ts';
import type { ByteImage } from './types.ts';
import { SCALARS } from './scalars.ts';

const { ceil, floor, min } = Math;

/** Bytes of a strip that is worked on at once: it stays in the cache. */
const STRIP = 2 ** 18;

/** As the definition; null where this cannot do it: no SIMD here, or rows too long for its memory. */
export function imagePlanesSimd(
  image: ByteImage,
  factor: number,
  [black, white]: readonly [number, number],
): FeatureMap | null {
  const engine = resampleEngine();
  if (!engine) return null;
  const [columns, rows] = [ceil(image.width / factor), ceil(image.height / factor)];
  const out = new Float32Array(3 * columns * rows);
  const size: Size = { columns, rows, scale: (white - black) / 255, black };
  const even = image.width % 2 === 0 && image.height % 2 === 0;
  const done =
    factor === 1 || (factor === 2 && even)
      ? convertStrips(engine, image, factor, size, out)
      : averageAreas(engine, image, size, out);
  return done ? { channels: 3, height: rows, width: columns, data: out } : null;
}

/** Of the result, and what makes its values of bytes. */
interface Size {
  readonly columns: number;
  readonly rows: number;
  readonly scale: number;
  readonly black: number;
}

/** As it is, or halved. */
function convertStrips(
  engine: ResampleEngine,
  { width, data }: ByteImage,
  factor: 1 | 2,
  { columns, rows, scale, black }: Size,
  out: Float32Array,
): boolean {
  const { kernel } = engine;
  const pitch = ceil(columns / 8) * 8;
  const rowBytes = width * 3;
  const rowsAtOnce = min(
    rows,
    ceil(STRIP / (pitch * 12)),
    floor(roomBeside() / (rowBytes * factor + pitch * 12 + 256)),
  );
  const places = rowsAtOnce && placeRegions([rowsAtOnce * rowBytes * factor, rowsAtOnce * pitch * 12]);
  if (!places) return false;
  const [source, target] = places;
  const plane = rowsAtOnce * pitch * 4;
  writeScalar(engine, SCALARS.scale, scale / (factor * factor));
  writeScalar(engine, SCALARS.black, black);
  for (let top = 0; top < rows; top += rowsAtOnce) {
    const count = min(rowsAtOnce, rows - top);
    engine.bytes.set(data.subarray(top * factor * rowBytes, (top + count) * factor * rowBytes), source);
    for (let y = 0; y < count; y++) {
      const from = source + y * factor * rowBytes;
      const to = target + y * pitch * 4;
      if (factor === 1) kernel.convertRow(from, to, to + columns * 4, plane);
      else kernel.halveRow(from, from + rowBytes, to, to + columns * 4, plane);
    }
    movePlanes(engine, target, plane, pitch, out, { columns, rows, top, count });
  }
  return true;
}

/** Rows of all three planes from the engine's memory to the result. */
function movePlanes(
  { floats }: ResampleEngine,
  target: number,
  plane: number,
  pitch: number,
  out: Float32Array,
  { columns, rows, top, count }: Readonly<Record<'columns' | 'rows' | 'top' | 'count', number>>,
): void {
  for (let c = 0; c < 3; c++)
    moveRows(
      floats,
      (target + c * plane) / 4,
      pitch,
      out,
      (c * rows + top) * columns,
      columns,
      columns,
      count,
    );
}

/** At any ratio: the rows of an area are added up by their shares, then the columns. */
function averageAreas(
  engine: ResampleEngine,
  { width, height, data }: ByteImage,
  size: Size,
  out: Float32Array,
): boolean {
  const { kernel, floats, bytes } = engine;
  const { columns, rows, scale, black } = size;
  const vertical = axisTaps(height, rows);
  const horizontal = axisTaps(width, columns);
  const taps = mostTaps(horizontal);
  const rowBytes = width * 3;
  // Behind the sums of a row stand zeros: not all pixels have as many taps, and those they lack have no weight.
  const sumsBytes = (ceil(rowBytes / 16) * 16 + taps * 3 + 4) * 4;
  const places = placeRegions([columns * 4, columns * taps * 4, rowBytes, sumsBytes, columns * 12]);
  if (!places) return false;
  const [starts, weights, row, sums, target] = places;
  writeTaps(engine, horizontal, taps, starts, weights, sums);
  engine.floats.set([black, black, black, 0], SCALARS.black / 4);
  for (let y = 0; y < rows; y++) {
    floats.fill(0, sums / 4, (sums + sumsBytes) / 4);
    for (let k = vertical.offsets[y]; k < vertical.offsets[y + 1]; k++) {
      const from = (vertical.starts[y] + k - vertical.offsets[y]) * rowBytes;
      bytes.set(data.subarray(from, from + rowBytes), row);
      writeScalar(engine, SCALARS.share, vertical.weights[k] * scale);
      kernel.addRow(row, sums, sums + rowBytes * 4);
    }
    floats.fill(0, sums / 4 + rowBytes, (sums + sumsBytes) / 4);
    kernel.gatherRow(starts, weights, taps * 4, target, target + columns * 4, columns * 4);
    movePlanes(engine, target, columns * 4, columns, out, { columns, rows, top: y, count: 1 });
  }
  return true;
}

/** The most input pixels that any pixel is made of. */
function mostTaps({ offsets }: AxisTaps): number {
  let most = 1;
  for (let i = 1; i < offsets.length; i++) most = Math.max(most, offsets[i] - offsets[i - 1]);
  return most;
}

/** Addresses of the first sums of each pixel, and equally many weights for all. */
function writeTaps(
  { integers, floats }: ResampleEngine,
  { starts: first, offsets, weights: shares }: AxisTaps,
  taps: number,
  starts: number,
  weights: number,
  sums: number,
): void {
  for (let x = 0; x < first.length; x++) {
    const at = weights / 4 + x * taps;
    integers[starts / 4 + x] = sums + first[x] * 12;
    floats.fill(0, at, at + taps);
    floats.set(shares.subarray(offsets[x], offsets[x + 1]), at);
  }
}
