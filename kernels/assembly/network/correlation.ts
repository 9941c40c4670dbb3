/**
 * The correlation: a band of displacements around the diagonal (`localPack`, `localCompute`) and all pairs (`pairsPack`,
 * `pairsCompute`).
 *
 * Both are made of one tile. Four cells of A are multiplied with eight neighbouring cells of B: per channel two vectors of
 * B and four broadcasts of A feed eight multiply-adds, whose sums stay in registers over all channels.
 *
 * B is packed once: of each row, phase and channel the cells side by side with zeros between. Cells `step` apart make a
 * phase, so that a step of 2 is two correlations with a step of 1. Each row of A is packed, scaled, in panels of four
 * cells by the thread that works on it.
 */

import { multiplyTile, packPanel, packStrip, storeTile } from '../shared/tile';

/** What the host writes at address 64. Addresses and pitches in bytes, the rest in cells. */
@unmanaged
class Sizes {
  channels: usize;
  height: usize;
  width: usize;
  radius: usize;
  /** `2 * radius + 1`. */
  window: usize;
  step: usize;
  /** `radius * step`. */
  reach: usize;
  phases: usize;
  /** Of a phase. */
  columns: usize;
  /** Of four columns. */
  blocks: usize;
  /** Sums of one cell of A: of eight times so many columns of B as there are tiles, of which cell i wants those from i on. */
  band: usize;
  factor: f32;
  a: usize;
  b: usize;
  /** The first cell of packed B: zeros lie before and behind each row. */
  packed: usize;
  /** From one channel of packed B to the next. */
  pitch: usize;
  out: usize;
  /** The work of thread 0, how far it is to that of the next, and where in it the sums begin. */
  work: usize;
  workSize: usize;
  sums: usize;
}

function sizes(): Sizes {
  return changetype<Sizes>(64);
}

/** Row `y` of B: for each phase and channel the cells of that phase side by side. */
export function localPack(y: usize): void {
  const s = sizes();
  const phases = s.phases;
  const rowSize = 4 * s.width;
  const phaseSize = s.channels * s.pitch;
  let source = s.b + y * rowSize;
  let target = s.packed + y * phases * phaseSize;
  for (const end = target + phaseSize; target < end; target += s.pitch, source += s.height * rowSize)
    if (phases === 1) memory.copy(target, source, rowSize);
    else if (phases === 2) splitRow(source, source + rowSize, target, target + phaseSize);
    else
      for (let x: usize = 0; x < s.width; x++)
        store<f32>(target + (x % phases) * phaseSize + 4 * (x / phases), load<f32>(source + 4 * x));
}

/** The even and the odd of the values from `at` to `end`. */
function splitRow(at: usize, end: usize, even: usize, odd: usize): void {
  for (; at + 32 <= end; at += 32, even += 16, odd += 16) {
    const first = v128.load(at);
    const second = v128.load(at, 16);
    v128.store(even, v128.shuffle<f32>(first, second, 0, 2, 4, 6));
    v128.store(odd, v128.shuffle<f32>(first, second, 1, 3, 5, 7));
  }
  for (; at < end; at += 8, even += 4, odd += 4) {
    store<f32>(even, load<f32>(at));
    if (at + 4 < end) store<f32>(odd, load<f32>(at, 4));
  }
}

/** Row `y` of the volume. */
export function localCompute(y: usize, thread: usize): void {
  const s = sizes();
  const work = s.work + thread * s.workSize;
  const sums = work + s.sums;
  packPanels(s.a + 4 * y * s.width, work);
  for (let j: usize = 0; j < s.window; j++) {
    // A row before the first is one far behind the last: the numbers have no sign.
    const yb = y + j * s.step - s.reach;
    if (yb < s.height) {
      multiplyRow(s.packed + yb * s.phases * s.channels * s.pitch, work, sums);
      writeRows(j, y, sums);
    } else clearRows(j, y);
  }
}

/** Address of row `y` of displacement (`j`, `d`). */
function outRow(j: usize, d: usize, y: usize): usize {
  const s = sizes();
  return s.out + 4 * ((j * s.window + d) * s.height + y) * s.width;
}

function clearRows(j: usize, y: usize): void {
  const s = sizes();
  for (let d: usize = 0; d < s.window; d++) memory.fill(outRow(j, d, y), 0, 4 * s.width);
}

/** The row of A at `source`, scaled: for each phase and block of four cells, the four values of each channel. */
function packPanels(source: usize, work: usize): void {
  const s = sizes();
  const plane = 4 * s.height * s.width;
  if (s.phases > 2) return packCells(source, work);
  // Eight channels together: their values of one block are two cache lines of the panel.
  for (let c: usize = 0; c < s.channels; c += 8, source += 8 * plane, work += 128)
    if (s.phases === 1) packOne(source, work, min(8, s.channels - c));
    else packTwo(source, work, min(8, s.channels - c));
}

/** So many channels of a row of one phase. */
function packOne(source: usize, target: usize, channels: usize): void {
  const s = sizes();
  const plane = 4 * s.height * s.width;
  const panel = 16 * s.channels;
  const factor = f32x4.splat(s.factor);
  for (let block: usize = 0; block < s.blocks; block++, source += 16, target += panel) {
    let from = source;
    for (let at = target; at < target + 16 * channels; at += 16, from += plane)
      v128.store(at, f32x4.mul(v128.load(from), factor));
  }
}

/** So many channels of a row of two phases. */
function packTwo(source: usize, target: usize, channels: usize): void {
  const s = sizes();
  const plane = 4 * s.height * s.width;
  const panel = 16 * s.channels;
  const factor = f32x4.splat(s.factor);
  for (let block: usize = 0; block < s.blocks; block++, source += 32, target += panel) {
    let from = source;
    for (let at = target; at < target + 16 * channels; at += 16, from += plane) {
      const first = f32x4.mul(v128.load(from), factor);
      const second = f32x4.mul(v128.load(from, 16), factor);
      v128.store(at, v128.shuffle<f32>(first, second, 0, 2, 4, 6));
      v128.store(at + s.blocks * panel, v128.shuffle<f32>(first, second, 1, 3, 5, 7));
    }
  }
}

/** Cell by cell, for the steps that are not worth shuffles of their own. */
function packCells(source: usize, work: usize): void {
  const s = sizes();
  for (let c: usize = 0; c < s.channels; c++, source += 4 * s.height * s.width)
    for (let x: usize = 0; x < s.width; x++)
      store<f32>(cellOf(x, 16 * s.channels, 4, work) + 16 * c, load<f32>(source + 4 * x) * s.factor);
}

/** Address of column `x` in an array of blocks by phase: cells of a block are `cellSize` bytes apart. */
function cellOf(x: usize, blockSize: usize, cellSize: usize, base: usize): usize {
  const s = sizes();
  const column = x / s.phases;
  const block = (x % s.phases) * s.blocks + column / 4;
  return base + block * blockSize + (column % 4) * cellSize;
}

/** All sums of a row of A with the packed row of B at `b`: a band for each phase, block and cell. */
function multiplyRow(b: usize, work: usize, sums: usize): void {
  const s = sizes();
  const channels = s.channels;
  const pitch = s.pitch;
  const row = 4 * s.band;
  const columns: usize = 4 * s.columns;
  for (let phase: usize = 0; phase < s.phases; phase++, b += channels * pitch)
    for (let block: usize = 0; block < s.blocks; block++, work += 16 * channels, sums += 4 * row) {
      // Without a sign: a tile that begins before the map is far behind it, unless it reaches in.
      let start: usize = 16 * block - 4 * s.radius;
      for (let out = sums; out < sums + row; out += 32, start += 32)
        if (start + 28 < columns + 28) multiplyTile(work, b + start, channels, pitch, out, row);
        else clearTile(out, row);
    }
}

function clearTile(out: usize, row: usize): void {
  const zero = f32x4.splat(0);
  storeTile(out, row, zero, zero, zero, zero, zero, zero, zero, zero);
}

/**
 * Writes the bands as rows of the volume, four displacements at a time. Displacement d of cell i stands at `i + d` of its
 * band, so that four loads along the diagonal and a transposition give four cells of each.
 */
function writeRows(j: usize, y: usize, sums: usize): void {
  const s = sizes();
  if (s.phases > 2) return writeCells(j, y, sums);
  for (let d: usize = 0; d < s.window; d += 4)
    if (s.phases === 1) writeOne(sums + 4 * d, outRow(j, d, y), s.window - d);
    else writeTwo(sums + 4 * d, outRow(j, d, y), s.window - d);
}

/** At most four of so many displacements of a row of one phase. */
function writeOne(from: usize, to: usize, displacements: usize): void {
  const s = sizes();
  const plane = 4 * s.height * s.width;
  const row = 4 * s.band;
  for (let left = s.width as i32; left > 0; left -= 4, from += 4 * row, to += 16) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + row, 4);
    const r2 = v128.load(from + 2 * row, 8);
    const r3 = v128.load(from + 3 * row, 12);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    storeFirst(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), left);
    if (displacements < 2) continue;
    storeFirst(to + plane, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), left);
    if (displacements < 3) continue;
    storeFirst(to + 2 * plane, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), left);
    if (displacements < 4) continue;
    storeFirst(to + 3 * plane, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), left);
  }
}

/** At most four of so many displacements of a row of two phases. */
function writeTwo(from: usize, to: usize, displacements: usize): void {
  const s = sizes();
  const plane = 4 * s.height * s.width;
  const row = 4 * s.band;
  const phase = s.blocks * 4 * row;
  for (let left = s.width as i32; left > 0; left -= 8, from += 4 * row, to += 32) {
    const odd = from + phase;
    const e0 = v128.load(from);
    const e1 = v128.load(from + row, 4);
    const e2 = v128.load(from + 2 * row, 8);
    const e3 = v128.load(from + 3 * row, 12);
    const o0 = v128.load(odd);
    const o1 = v128.load(odd + row, 4);
    const o2 = v128.load(odd + 2 * row, 8);
    const o3 = v128.load(odd + 3 * row, 12);
    storeMixed<Low>(to, e0, e1, e2, e3, o0, o1, o2, o3, left, plane, displacements);
    if (displacements > 2)
      storeMixed<High>(to + 2 * plane, e0, e1, e2, e3, o0, o1, o2, o3, left, plane, displacements - 2);
  }
}

/** Which two displacements of four. */
class Low {}
class High {}

/** Two displacements of eight cells, of which every other is even. */
function storeMixed<Half>(
  to: usize,
  e0: v128,
  e1: v128,
  e2: v128,
  e3: v128,
  o0: v128,
  o1: v128,
  o2: v128,
  o3: v128,
  left: i32,
  plane: usize,
  displacements: usize,
): void {
  const a = mixed<Half>(e0, o0);
  const b = mixed<Half>(e1, o1);
  const c = mixed<Half>(e2, o2);
  const d = mixed<Half>(e3, o3);
  storeFirst(to, v128.shuffle<f32>(a, b, 0, 1, 4, 5), left);
  storeFirst(to + 16, v128.shuffle<f32>(c, d, 0, 1, 4, 5), left - 4);
  if (displacements < 2) return;
  storeFirst(to + plane, v128.shuffle<f32>(a, b, 2, 3, 6, 7), left);
  storeFirst(to + plane + 16, v128.shuffle<f32>(c, d, 2, 3, 6, 7), left - 4);
}

/** Two lanes of each, in turns. */
function mixed<Half>(even: v128, odd: v128): v128 {
  return idof<Half>() === idof<Low>()
    ? v128.shuffle<f32>(even, odd, 0, 4, 1, 5)
    : v128.shuffle<f32>(even, odd, 2, 6, 3, 7);
}

/** Stores the first `count` lanes, all of them where `count` is 4 or more. */
function storeFirst(to: usize, value: v128, count: i32): void {
  if (count >= 4) return v128.store(to, value);
  if (count > 0) store<f32>(to, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}

/** As `writeRows`, cell by cell. */
function writeCells(j: usize, y: usize, sums: usize): void {
  const s = sizes();
  for (let d: usize = 0; d < s.window; d++)
    for (let x: usize = 0; x < s.width; x++)
      store<f32>(outRow(j, d, y) + 4 * x, load<f32>(cellOf(x, 16 * s.band, 4 * (s.band + 1), sums) + 4 * d));
}

/** What the host writes at address 64 for all pairs. Addresses and pitches in bytes, the rest in cells. */
@unmanaged
class PairSizes {
  channels: usize;
  cellsA: usize;
  cellsB: usize;
  /** Of eight cells of B. */
  panels: usize;
  factor: f32;
  a: usize;
  b: usize;
  packed: usize;
  out: usize;
  /** From one row of the volume to the next. */
  pitch: usize;
  work: usize;
  workSize: usize;
}

/** Cells of A for one call of `pairsCompute`. */
const STRIP: usize = 64;

/** Panel `panel` of B. */
export function pairsPack(panel: usize): void {
  const s = changetype<PairSizes>(64);
  packPanel(s.b + 32 * panel, 4 * s.cellsB, s.channels, s.packed + 32 * panel * s.channels);
}

/** One strip of cells of A, packed and scaled, against all of B. */
export function pairsCompute(strip: usize, thread: usize): void {
  const s = changetype<PairSizes>(64);
  const work = s.work + thread * s.workSize;
  const block = 16 * s.channels;
  packStrip(s.a + 4 * STRIP * strip, 4 * s.cellsA, STRIP, s.channels, s.factor, work);
  let out = s.out + strip * STRIP * s.pitch;
  let b = s.packed;
  for (const end = b + s.panels * 32 * s.channels; b < end; b += 32 * s.channels, out += 32) {
    let to = out;
    for (let a = work; a < work + (STRIP / 4) * block; a += block, to += 4 * s.pitch)
      multiplyTile(a, b, s.channels, 32, to, s.pitch);
  }
}
