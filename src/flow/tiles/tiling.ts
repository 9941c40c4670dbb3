import { checkInteger, expected } from '../../core/index.ts';
import { planTiles } from './tile-plan.ts';
import type { TileOptions, TilePlan } from './tile-plan.ts';
import type { Size } from '../../core/index.ts';

/** Longest side, in pixels, of what is worked on at once; `auto` for what suits the size, 0 or false for no limit. */
export type TileOption = number | 'auto' | false;

/** An estimate in bounded memory. */
export interface Tiling {
  /** Longest side of what a network or the refinement sees at once, in pixels of the level it works on. */
  readonly side: number;
  /** Counts a window that is done, or a pass that needed no windows. Throws where the estimate is to end here. */
  step(): Promise<void>;
}

/** Images of more pixels than this are tiled where nothing else is said. */
const LARGE = 4e6;
const SIDE = 1024;
/** Below this, most of a tile would be overlap. */
const LEAST = 128;

/** The side of the tiles for a size; 0 for none. */
export function tileSide(option: TileOption, { width, height }: Size): number {
  if (option === 'auto') return width * height > LARGE ? SIDE : 0;
  if (option === false || option === 0) return 0;
  if (typeof option !== 'number') throw expected("a number of pixels, 'auto' or false", 'tile', option);
  return checkInteger(option, 'tile', LEAST);
}

/** The windows of a level; undefined where it is done as a whole. */
export function planLevel(
  size: Size,
  tiling: Pick<Tiling, 'side'> | undefined,
  options?: TileOptions,
): TilePlan | undefined {
  if (!tiling) return undefined;
  const plan = planTiles(size, tiling.side, options);
  return plan.windows.length > 1 ? plan : undefined;
}

/** The size of an image shrunk by a factor. */
export function levelSize({ width, height }: Size, factor: number): Size {
  return { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
}

const LARGEST_FACTOR = 64;

/** The schedule, with coarser passes before it until the first of them sees the whole image at once. */
export function seeWhole(
  schedule: readonly number[],
  size: Size,
  tiling: Pick<Tiling, 'side'>,
  align: number,
): number[] {
  const coarse: number[] = [];
  let factor = schedule[0];
  while (factor < LARGEST_FACTOR && planLevel(levelSize(size, factor), tiling, { align })) {
    factor *= 2;
    coarse.unshift(factor);
  }
  return [...coarse, ...schedule];
}
