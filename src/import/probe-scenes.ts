import type { FlowField, Image, Size } from '../core/index.ts';

/** Two images with the flow between them, which is known. */
export interface ProbeScene {
  readonly name: 'shift' | 'zoom';
  readonly imageA: Image;
  readonly imageB: Image;
  /** From A to B, in pixels. */
  readonly truth: FlowField;
}

/** How far the shifted image moves: u and v differ in size and in sign, so that a network's u is told from its v. */
export const SHIFT = [4, -3] as const;
/** How far the zoom moves the pixels that it moves most, in pixels along the longer side. */
const REACH = 3.8;

type Place = readonly [x: number, y: number];

/** A scene that moves as a whole. */
export function shiftScene(size: Size): ProbeScene {
  const [u, v] = SHIFT;
  return makeScene(
    'shift',
    size,
    ([x, y]) => [x - u, y - v],
    () => SHIFT,
  );
}

/** A scene that grows about its centre. */
export function zoomScene(size: Size): ProbeScene {
  const [x0, y0] = [(size.width - 1) / 2, (size.height - 1) / 2];
  const growth = REACH / Math.max(x0, y0, 1);
  return makeScene(
    'zoom',
    size,
    ([x, y]) => [x0 + (x - x0) / (1 + growth), y0 + (y - y0) / (1 + growth)],
    ([x, y]) => [growth * (x - x0), growth * (y - y0)],
  );
}

function makeScene(
  name: ProbeScene['name'],
  { width, height }: Size,
  origin: (place: Place) => Place,
  motion: (place: Place) => Place,
): ProbeScene {
  const data = new Float32Array(width * height * 2);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) [data[i++], data[i++]] = motion([x, y]);
  return {
    name,
    imageA: paint(width, height, (place) => place),
    imageB: paint(width, height, origin),
    truth: { width, height, data },
  };
}

/** The texture, each pixel from the place that it comes from. */
function paint(width: number, height: number, origin: (place: Place) => Place): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [px, py] = origin([x, y]);
      const level = luminanceAt(px, py);
      for (let channel = 0; channel < 3; channel++) data[i++] = 255 * clamp(level + tintAt(px, py, channel));
    }
  return { width, height, data };
}

const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);

/** Sizes of the lattices of noise in pixels, and how much each counts. */
const OCTAVES = [
  [5, 0.3],
  [11, 0.4],
  [29, 0.4],
  [71, 0.4],
] as const;

/** Detail of several sizes: most of it from 0 to 1, about the middle. */
function luminanceAt(x: number, y: number): number {
  let level = 0.5;
  for (const [cell, share] of OCTAVES) level += share * (noiseAt(x / cell, y / cell, cell) - 0.5);
  return level;
}

/** What makes a channel differ from the others. */
const tintAt = (x: number, y: number, channel: number): number =>
  0.25 * (noiseAt(x / 17, y / 17, 1000 + channel) - 0.5);

/** Random values at whole places, 0 to 1, smoothly joined. */
function noiseAt(x: number, y: number, seed: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [ease(x - left), ease(y - top)];
  const upper = hash(left, top, seed) * (1 - fx) + hash(left + 1, top, seed) * fx;
  const lower = hash(left, top + 1, seed) * (1 - fx) + hash(left + 1, top + 1, seed) * fx;
  return upper * (1 - fy) + lower * fy;
}

const ease = (t: number): number => t * t * (3 - 2 * t);

/** A number from 0 to 1 that looks random, the same for the same place. */
function hash(x: number, y: number, seed: number): number {
  let bits = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 974711);
  bits = Math.imul(bits ^ (bits >>> 13), 1274126177);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

/** A grey patch of the texture, 0 to 255, from a place on, with its contrast multiplied by `gain`. */
export function paintPatch(size: number, left: number, top: number, gain: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => {
    const level = luminanceAt(left + (i % size), top + Math.floor(i / size));
    return 255 * clamp(0.5 + gain * (level - 0.5));
  });
}
