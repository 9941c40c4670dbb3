/** Painting an image through a grid of nodes; a vector holds the three colours of a pixel. */

import { bytesToFloats, storeColour } from '../shared/colours';

/** Pixels of a cell of the grid along one axis, and of a cell of the change. */
const CELL = 8;
const COARSE = 4;
/** From this least colour on a pixel counts as white, which gains below 1 leave white. */
const WHITE: f32 = 235;

/** At the start of the memory: the least and greatest place in the image. */
const LEAST: usize = 0;
const GREATEST: usize = 16;

/** The tone: what colours are multiplied by, what white is multiplied by, and the knee (in three lanes) and the bend of the curve. */
const TINT: usize = 64;
const WHITE_FACTOR: usize = 80;
const KNEE: usize = 96;
const BEND: usize = 112;

function spread<Axis>(value: v128): v128 {
  if (idof<Axis>() === idof<X>()) return v128.shuffle<f32>(value, value, 0, 0, 0, 0);
  if (idof<Axis>() === idof<Y>()) return v128.shuffle<f32>(value, value, 1, 1, 1, 1);
  return v128.shuffle<f32>(value, value, 2, 2, 2, 2);
}

/** Lanes. */
class X {}
class Y {}
class Z {}

function mix(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), share));
}

/** The colours of the image at a place, between four pixels. */
function sample(place: v128, image: usize, row: usize): v128 {
  const held = f32x4.pmin(v128.load(GREATEST), f32x4.pmax(v128.load(LEAST), place));
  const cell = i32x4.trunc_sat_f32x4_s(held);
  const share = f32x4.sub(held, f32x4.convert_i32x4_s(cell));
  const at = image + 3 * i32x4.extract_lane(cell, 0) + row * i32x4.extract_lane(cell, 1);
  const across = spread<X>(share);
  const upper = mix(bytesToFloats(at), bytesToFloats(at + 3), across);
  const under = mix(bytesToFloats(at + row), bytesToFloats(at + row + 3), across);
  return mix(upper, under, spread<Y>(share));
}

/** The gain, made up for where it is below that of white, so that white stays white. */
function keepWhite(colour: v128, gain: v128): v128 {
  if (v128.any_true(f32x4.le(colour, f32x4(WHITE, WHITE, WHITE, -Infinity)))) return gain;
  const one = f32x4.splat(1);
  const least = f32x4.pmin(spread<Z>(colour), f32x4.pmin(spread<Y>(colour), spread<X>(colour)));
  const white = f32x4.mul(f32x4.sub(least, f32x4.splat(WHITE)), f32x4.splat(1 / (255 - WHITE)));
  const missing = f32x4.pmax(f32x4.splat(0), f32x4.sub(v128.load(WHITE_FACTOR), gain));
  return f32x4.add(gain, f32x4.mul(f32x4.pmin(one, white), missing));
}

/** Along the curve that darkens what is brighter than the knee, all parts alike. */
function compress(colour: v128): v128 {
  if (!v128.any_true(f32x4.gt(colour, v128.load(KNEE)))) return colour;
  const one = f32x4.splat(1);
  const greatest = f32x4.pmax(spread<Z>(colour), f32x4.pmax(spread<Y>(colour), spread<X>(colour)));
  const over = f32x4.sub(greatest, v128.load(KNEE));
  const bent = f32x4.mul(v128.load(BEND), over);
  const less = f32x4.mul(over, f32x4.div(bent, f32x4.add(one, bent)));
  return f32x4.mul(colour, f32x4.sub(one, f32x4.div(less, greatest)));
}

/**
 * Cells from `nodes` to `end`. `below` bytes lie between rows of nodes, `changeBelow` between those of the change, `row`
 * between those of the image, and `outBelow` from the end of a cell's row to the beginning of its next.
 */
export function run(
  nodes: usize,
  end: usize,
  below: usize,
  change: usize,
  changeBelow: usize,
  image: usize,
  row: usize,
  out: usize,
  outBelow: usize,
): void {
  do {
    paintCell(nodes, below, change, changeBelow, image, row, out, outBelow);
    nodes += 16;
    change += (16 * CELL) / COARSE;
    out += 3 * CELL;
  } while (nodes < end);
}

function paintCell(
  nodes: usize,
  below: usize,
  change: usize,
  changeBelow: usize,
  image: usize,
  row: usize,
  out: usize,
  outBelow: usize,
): void {
  const cellShare = f32x4.splat(1 / (CELL as f32));
  const coarseShare = f32x4.splat(1 / (COARSE as f32));
  let left = v128.load(nodes);
  let right = v128.load(nodes, 16);
  const leftStep = f32x4.mul(f32x4.sub(v128.load(nodes + below), left), cellShare);
  const rightStep = f32x4.mul(f32x4.sub(v128.load(nodes + below, 16), right), cellShare);
  for (let band = 0; band < CELL / COARSE; band++) {
    // What is added at three neighbouring values of the change, and by how much more from row to row.
    let added0 = v128.load(change);
    let added1 = v128.load(change, 16);
    let added2 = v128.load(change, 32);
    change += changeBelow;
    const more0 = f32x4.mul(f32x4.sub(v128.load(change), added0), coarseShare);
    const more1 = f32x4.mul(f32x4.sub(v128.load(change, 16), added1), coarseShare);
    const more2 = f32x4.mul(f32x4.sub(v128.load(change, 32), added2), coarseShare);
    for (let line = 0; line < COARSE; line++) {
      const step = f32x4.mul(f32x4.sub(right, left), cellShare);
      let place = left;
      let added = added0;
      let next = added1;
      for (let half = 0; half < CELL / COARSE; half++) {
        const slope = f32x4.mul(f32x4.sub(next, added), coarseShare);
        for (let dot = 0; dot < COARSE; dot++) {
          paintPixel(place, added, image, row, out);
          out += 3;
          place = f32x4.add(place, step);
          added = f32x4.add(added, slope);
        }
        added = added1;
        next = added2;
      }
      left = f32x4.add(left, leftStep);
      right = f32x4.add(right, rightStep);
      added0 = f32x4.add(added0, more0);
      added1 = f32x4.add(added1, more1);
      added2 = f32x4.add(added2, more2);
      out += outBelow;
    }
  }
}

/** The third lane of a place is its gain. */
function paintPixel(place: v128, added: v128, image: usize, row: usize, out: usize): void {
  const colour = sample(place, image, row);
  const gain = f32x4.mul(spread<Z>(place), v128.load(TINT));
  const changed = compress(f32x4.mul(colour, keepWhite(colour, gain)));
  storeColour(out, f32x4.add(f32x4.add(changed, added), f32x4.splat(0.5)));
}
