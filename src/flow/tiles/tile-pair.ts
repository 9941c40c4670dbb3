import type { FeatureMap } from '../../../kernels/types.ts';
import type { FlowField } from '../../core/index.ts';

import { blendTiles } from './tile-blend.ts';
import type { TileFlow } from './tile-blend.ts';
import type { TilePlan } from './tile-plan.ts';
import { cropFlowData } from '../field/index.ts';
import type { Window } from '../field/index.ts';
import type { PreparedFrame } from '../types.ts';
import type { Size } from '../../core/index.ts';

/** A window of A and a window of B of the same size, moved to where the flow leads. */
export interface TilePair {
  readonly a: FeatureMap;
  readonly b: FeatureMap;
  /** The flow so far between the two windows, in their pixels: the shift of the windows is taken off. */
  readonly flow: FlowField;
  /** Where `a` lies. */
  readonly window: Window;
  /** From there to where `b` lies, along x and y. */
  readonly shift: readonly [number, number];
}

/**
 * Betters a flow window by window. Each window of A meets that window of B where the flow so far mostly leads, so that
 * motion may be larger than a window. Pixels whose flow leads out of the window of B count for nothing there, and are
 * left to the other windows that see them.
 *
 * @param factor that the frames are shrunk by; `start` and `plan` are of that size
 * @param start from A to B, all of it known; it is not changed
 * @param better gives the flow of a pair of windows, in their pixels, and what of A is occluded if it is told
 * @param align windows of B are moved by multiples of this many pixels
 */
export function betterInTiles(
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  factor: number,
  start: FlowField,
  plan: TilePlan,
  better: (pair: TilePair) => Promise<Pick<TileFlow, 'data' | 'occlusion'>>,
  align = 1,
): ReturnType<typeof blendTiles> {
  return blendTiles(start, plan, async (window) => {
    const before = cropFlowData(start, window);
    const windowB = followFlow(before, window, start, align);
    const shift = [windowB.left - window.left, windowB.top - window.top] as const;
    const trust = trustInside(before, window, windowB, start);
    const { width, height } = window;
    const { data, occlusion } = await better({
      a: frameA.crop(factor, window),
      b: frameB.crop(factor, windowB),
      flow: { width, height, data: addShift(before, -shift[0], -shift[1]) },
      ...{ window, shift },
    });
    return { data: addShift(data, ...shift), occlusion, trust };
  });
}

/** The window moved by the median of its flow, as far as the grid allows, to a multiple of `align` pixels. */
export function followFlow(flow: Float32Array, window: Window, { width, height }: Size, align = 1): Window {
  return {
    ...window,
    left: followAxis(window.left, medianOf(flow, 0), window.width, width, align),
    top: followAxis(window.top, medianOf(flow, 1), window.height, height, align),
  };
}

/**
 * A window at the border of the grid stays there unless the flow leads far inwards: what it would leave behind along
 * the border no other window sees, while what it misses inwards the next one does.
 */
function followAxis(start: number, motion: number, length: number, size: number, align: number): number {
  const slack = length / 8;
  const [first, last] = [start === 0, start + length === size];
  const shift = (first && motion > 0) || (last && motion < 0) ? shrinkBy(motion, slack) : motion;
  const place = Math.min(Math.max(start + shift, 0), size - length);
  const moved = start + Math.round((place - start) / align) * align;
  return moved > size - length ? moved - align : moved;
}

const shrinkBy = (motion: number, slack: number): number =>
  Math.sign(motion) * Math.max(Math.abs(motion) - slack, 0);

/** Enough of the pixels for a median that has to be right within a few pixels. */
const SAMPLES = 4096;

function medianOf(flow: Float32Array, component: number): number {
  const pixels = flow.length / 2;
  const step = Math.max(1, Math.floor(pixels / SAMPLES));
  const values = new Float32Array(Math.ceil(pixels / step));
  for (let k = 0; k < values.length; k++) values[k] = flow[k * step * 2 + component];
  values.sort();
  return values[values.length >> 1];
}

/** Pixels that a match must lie inside of the window of B for full trust: matches need surroundings. */
const SURROUNDINGS = 16;

/**
 * From 0 for flow that leads to the border of the window of B, or beyond, to 1 well inside. The border of the image is
 * none in this sense: there is nothing to see beyond, for no window.
 */
export function trustInside(flow: Float32Array, window: Window, windowB: Window, size: Size): Float32Array {
  const [x0, x1] = openBorders(windowB.left, windowB.width, size.width);
  const [y0, y1] = openBorders(windowB.top, windowB.height, size.height);
  const trust = new Float32Array(window.width * window.height);
  for (let y = 0, i = 0; y < window.height; y++)
    for (let x = 0; x < window.width; x++, i++) {
      const px = window.left + x + flow[i * 2];
      const py = window.top + y + flow[i * 2 + 1];
      const inside = Math.min(px - x0, x1 - px, py - y0, y1 - py);
      trust[i] = Math.min(Math.max(inside / SURROUNDINGS, 0), 1);
    }
  return trust;
}

/** First and last place of a window along an axis, infinitely far where that is the border of the grid. */
function openBorders(start: number, length: number, size: number): [number, number] {
  return [start > 0 ? start : -Infinity, start + length < size ? start + length - 1 : Infinity];
}

function addShift(flow: Float32Array, u: number, v: number): Float32Array {
  const out = new Float32Array(flow.length);
  for (let i = 0; i < out.length; i += 2) {
    out[i] = flow[i] + u;
    out[i + 1] = flow[i + 1] + v;
  }
  return out;
}
