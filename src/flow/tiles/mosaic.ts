import type { FeatureMap } from '../../../kernels/types.ts';
import type { TilePlan } from './tile-plan.ts';
import type { Window } from '../field/index.ts';
import type { Size } from '../../core/index.ts';

/**
 * Maps of a whole put together from those of overlapping windows. Each cell is taken from the window that has the greatest
 * weight there: what is made near the border of a window, without seeing beyond, is left out.
 */
export class Mosaic {
  /** Of the whole, by name. */
  readonly maps: Record<string, FeatureMap> = {};
  private readonly plan: TilePlan;
  private readonly stride: number;
  private readonly size: Size;
  private readonly weights: Float32Array;

  /** @param stride pixels of the plan to a cell of the maps; windows begin at multiples of it */
  constructor(plan: TilePlan, stride: number) {
    this.plan = plan;
    this.stride = stride;
    this.size = { width: Math.ceil(plan.width / stride), height: Math.ceil(plan.height / stride) };
    this.weights = new Float32Array(this.size.width * this.size.height);
  }

  /** @param maps of one size, that of the window in cells or more; what is more is not looked at */
  add(window: Window, maps: Readonly<Record<string, FeatureMap>>): void {
    const { width, height } = this.size;
    const columns = Object.values(maps)[0].width;
    const { to, from } = this.better(window, columns);
    for (const [name, map] of Object.entries(maps)) {
      const whole = (this.maps[name] ??= {
        channels: map.channels,
        ...this.size,
        data: new Float32Array(map.channels * width * height),
      });
      for (let c = 0; c < map.channels; c++) {
        const [plane, own] = [c * width * height, c * map.width * map.height];
        for (let k = 0; k < to.length; k++) whole.data[plane + to[k]] = map.data[own + from[k]];
      }
    }
  }

  /** The cells at which the window has more weight than any before, in the whole and in its own maps. */
  private better(window: Window, ownColumns: number): { to: number[]; from: number[] } {
    const { columns, rows } = this.plan.weights(window);
    const { stride, weights } = this;
    const [to, from]: number[][] = [[], []];
    for (let y = 0; y * stride < window.height; y++)
      for (let x = 0; x * stride < window.width; x++) {
        const weight = weightAt(rows, y, stride) * weightAt(columns, x, stride);
        const at = (window.top / stride + y) * this.size.width + window.left / stride + x;
        if (!(weight > weights[at])) continue;
        weights[at] = weight;
        to.push(at);
        from.push(y * ownColumns + x);
      }
    return { to, from };
  }
}

/** In the middle of a cell, or at the border where the last cell is cut. */
const weightAt = (weights: Float32Array, cell: number, stride: number): number =>
  weights[Math.min(cell * stride + (stride >> 1), weights.length - 1)];
