/** Dot products of the cells of maps that lie channels last, so that each runs over memory in one piece. */

import { storeTransposed, sumLanes } from './vectors';

/**
 * Brings a row of a map into channels-last order, four cells and four channels at a time. Its planes lie `plane` apart and
 * are as many as fit into the `cell` bytes of a cell.
 *
 * @param columns up to the next multiple of four: what is read and written beyond the map must do no harm
 */
export function packRow(
  from: usize,
  columns: usize,
  plane: usize,
  to: usize,
  cell: usize,
  factor: f32,
): void {
  const scale = f32x4.splat(factor);
  for (const last = from + 4 * columns; from < last; from += 16, to += 3 * cell) {
    let corner = from;
    const end = to + cell;
    do {
      const a = f32x4.mul(v128.load(corner), scale);
      const b = f32x4.mul(v128.load(corner + plane), scale);
      const c = f32x4.mul(v128.load(corner + 2 * plane), scale);
      const d = f32x4.mul(v128.load(corner + 3 * plane), scale);
      storeTransposed(a, b, c, d, to, cell);
      to += 16;
      corner += 4 * plane;
    } while (to < end);
  }
}

/** How many dot products are summed at once: as many as fit in the registers and go into the window without rest. */
class Two {}
class Four {}
class Five {}
class Six {}

function countOf<Count>(): usize {
  if (idof<Count>() === idof<Two>()) return 2;
  if (idof<Count>() === idof<Four>()) return 4;
  return idof<Count>() === idof<Five>() ? 5 : 6;
}

/** The dot products of a cell with all cells of a window; rows of the map are `row` bytes apart, those of the products `pitch`. */
export function multiplyWindow(
  own: usize,
  corner: usize,
  dots: usize,
  window: usize,
  pitch: usize,
  cell: usize,
  row: usize,
): void {
  if (window === 2) multiplyRows<Two>(own, corner, dots, window, pitch, cell, row);
  else if (window === 6) multiplyRows<Six>(own, corner, dots, window, pitch, cell, row);
  else if (window % 5 === 0) multiplyRows<Five>(own, corner, dots, window, pitch, cell, row);
  else multiplyRows<Four>(own, corner, dots, window, pitch, cell, row);
}

function multiplyRows<Count>(
  own: usize,
  corner: usize,
  dots: usize,
  window: usize,
  pitch: usize,
  cell: usize,
  row: usize,
): void {
  const count = countOf<Count>();
  const last = dots + window * pitch;
  do {
    let other = corner;
    let to = dots;
    do {
      multiplyCells<Count>(own, other, cell, to);
      to += 4 * count;
      other += count * cell;
    } while (to < dots + 4 * window);
    corner += row;
    dots += pitch;
  } while (dots < last);
}

/** The dot products of a cell with so many that follow one another. */
function multiplyCells<Count>(own: usize, other: usize, cell: usize, to: usize): void {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  let e = f32x4.splat(0);
  let f = f32x4.splat(0);
  const end = own + cell;
  do {
    const value = v128.load(own);
    a = f32x4.add(a, f32x4.mul(value, v128.load(other)));
    b = f32x4.add(b, f32x4.mul(value, v128.load(other + cell)));
    if (countOf<Count>() > 2) c = f32x4.add(c, f32x4.mul(value, v128.load(other + 2 * cell)));
    if (countOf<Count>() > 2) d = f32x4.add(d, f32x4.mul(value, v128.load(other + 3 * cell)));
    if (countOf<Count>() > 4) e = f32x4.add(e, f32x4.mul(value, v128.load(other + 4 * cell)));
    if (countOf<Count>() > 5) f = f32x4.add(f, f32x4.mul(value, v128.load(other + 5 * cell)));
    own += 16;
    other += 16;
  } while (own < end);
  v128.store(to, sumLanes(a, b, c, d));
  if (countOf<Count>() > 4) v128.store(to, sumLanes(e, f, f, f), 16);
}
