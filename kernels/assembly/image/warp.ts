/** Carrying planes back by a flow, four samples at a time. */

/** What the host writes at address 0: the last cells that have a neighbour, strides in bytes, and where the window is. */
@unmanaged
class Place {
  lastX: f32;
  lastY: f32;
  row: usize;
  plane: usize;
  outPlane: usize;
  left: f32;
  y: f32;
}

/** How much of a neighbour at this distance counts: a tent around it. */
function tent(distance: v128): v128 {
  const zero = f32x4.splat(0);
  const magnitude = f32x4.pmax(f32x4.sub(zero, distance), distance);
  return f32x4.pmax(zero, f32x4.sub(f32x4.splat(1), magnitude));
}

/** A cell moved to one that has a neighbour. */
function hold(cell: v128, last: f32): v128 {
  return f32x4.pmax(f32x4.splat(0), f32x4.pmin(f32x4.splat(last), cell));
}

/** Both neighbours in a row of four samples at these addresses, weighted. */
function mixRow(a: usize, b: usize, c: usize, d: usize, near: v128, far: v128): v128 {
  const first = v128.load64_lane(b, v128.load64_zero(a), 1);
  const second = v128.load64_lane(d, v128.load64_zero(c), 1);
  return f32x4.add(
    f32x4.mul(near, v128.shuffle<f32>(first, second, 0, 2, 4, 6)),
    f32x4.mul(far, v128.shuffle<f32>(first, second, 1, 3, 5, 7)),
  );
}

/**
 * A row of samples of all planes, from `out` to `end`. Cells are moved inside the map; a cell's weight is the tent around
 * it, which is right wherever it is. The fraction is the flow's own, for the place has fewer digits left for it.
 */
export function warpRow(flow: usize, out: usize, end: usize, planes: usize, channels: u32): void {
  const place = changetype<Place>(0);
  const row = place.row;
  let column = f32x4.add(f32x4.splat(place.left), f32x4(0, 1, 2, 3));
  do {
    const first = v128.load(flow);
    const second = v128.load(flow, 16);
    const u = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const v = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    const wholeY = f32x4.floor(v);
    const y = f32x4.add(f32x4.splat(place.y), wholeY);
    const cellY = hold(y, place.lastY);
    const restY = f32x4.add(f32x4.sub(y, cellY), f32x4.sub(v, wholeY));
    const top = tent(restY);
    const bottom = tent(f32x4.sub(restY, f32x4.splat(1)));
    const wholeX = f32x4.floor(u);
    const x = f32x4.add(column, wholeX);
    const cellX = hold(x, place.lastX);
    const restX = f32x4.add(f32x4.sub(x, cellX), f32x4.sub(u, wholeX));
    const left = tent(restX);
    const right = tent(f32x4.sub(restX, f32x4.splat(1)));
    const topLeft = f32x4.mul(top, left);
    const topRight = f32x4.mul(top, right);
    const bottomLeft = f32x4.mul(bottom, left);
    const bottomRight = f32x4.mul(bottom, right);
    const rows = i32x4.mul(i32x4.trunc_sat_f32x4_s(cellY), i32x4.splat(row));
    const columns = i32x4.shl(i32x4.trunc_sat_f32x4_s(cellX), 2);
    let cells = i32x4.add(i32x4.add(i32x4.splat(planes), rows), columns);
    let to = out;
    let plane: u32 = 0;
    do {
      const a = i32x4.extract_lane(cells, 0);
      const b = i32x4.extract_lane(cells, 1);
      const c = i32x4.extract_lane(cells, 2);
      const d = i32x4.extract_lane(cells, 3);
      const above = mixRow(a, b, c, d, topLeft, topRight);
      const below = mixRow(a + row, b + row, c + row, d + row, bottomLeft, bottomRight);
      v128.store(to, f32x4.add(above, below));
      cells = i32x4.add(cells, i32x4.splat(place.plane));
      to += place.outPlane;
    } while (++plane < channels);
    column = f32x4.add(column, f32x4.splat(4));
    flow += 32;
    out += 16;
  } while (out < end);
}
