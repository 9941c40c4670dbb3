import { ShapeError, expected } from './errors.ts';
import type { Color, Rectangle, Size } from './types.ts';

/** Anything with a size and values: images, flow fields, masks, scalar fields. */
interface Grid {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** Checks that `grid` holds `channels` values a pixel. */
export function checkGrid(grid: Grid, channels: number, name: string): void {
  if (typeof grid !== 'object' || grid === null || !grid.data)
    throw expected('an object with width, height and data', name, grid);
  const { width, height, data } = grid;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
    throw new ShapeError(`Expected a size of at least 1 x 1 for ${name} but received ${width} x ${height}`);
  if (data.length !== width * height * channels)
    throw new ShapeError(
      `Expected ${width} x ${height} x ${channels} = ${width * height * channels} values for ${name} ` +
        `but received ${data.length}`,
    );
}

/** Checks a flow field and, where it has one, its mask of known pixels. */
export function checkFlow(flow: Grid & { readonly valid?: Uint8Array }, name: string): void {
  checkGrid(flow, 2, name);
  if (flow.valid && flow.valid.length !== flow.width * flow.height)
    throw new ShapeError(
      `Expected ${flow.width * flow.height} values for ${name}.valid but received ${flow.valid.length}`,
    );
}

/** Checks that two grids have one size. */
export function checkSameSize(a: Grid, nameA: string, b: Grid, nameB: string): void {
  if (a.width !== b.width || a.height !== b.height)
    throw new ShapeError(
      `Expected one size for ${nameA} and ${nameB} but received ${a.width} x ${a.height} ` +
        `and ${b.width} x ${b.height}`,
    );
}

/** Checks that a rectangle has whole numbers and lies inside of a grid. */
export function checkRectangle(box: Rectangle, name: string, grid: Size): Rectangle {
  const { x, y, width, height } = box ?? {};
  if (![x, y, width, height].every(Number.isInteger))
    throw expected('a rectangle of whole numbers x, y, width and height', name, box);
  const inside = x >= 0 && y >= 0 && x + width <= grid.width && y + height <= grid.height;
  if (!inside || width < 1 || height < 1)
    throw new ShapeError(
      `Expected a rectangle inside of ${grid.width} x ${grid.height} pixels for ${name} ` +
        `but received ${width} x ${height} at (${x}, ${y})`,
    );
  return box;
}

/** Checks that `value` is a finite number in `minimum..maximum`. */
export function checkNumber(value: unknown, name: string, minimum: number, maximum = Infinity): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw expected('a finite number', name, value);
  if (value < minimum || value > maximum) {
    const range = maximum === Infinity ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw new RangeError(`Expected a number ${range} for ${name} but received ${value}`);
  }
  return value;
}

/** Checks that `value` is a finite number above 0. */
export function checkPositive(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw expected('a finite number', name, value);
  if (value <= 0) throw new RangeError(`Expected a number above 0 for ${name} but received ${value}`);
  return value;
}

/** Checks a colour: three numbers from 0 to 255. */
export function checkColor(color: Color, name: string): Color {
  const good = Array.isArray(color) && color.length === 3 && color.every((c) => c >= 0 && c <= 255);
  if (!good) throw expected('three numbers from 0 to 255', name, color);
  return color;
}
