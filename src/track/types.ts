import type { Image } from '../core/index.ts';

/** A point to track: where it is in the frame that it begins in. */
export interface QueryPoint {
  /** Pixels from the centre of the leftmost column. */
  readonly x: number;
  /** Pixels from the centre of the topmost row. */
  readonly y: number;
  /** Position of the frame in the sequence; defaults to 0. */
  readonly frame?: number;
}

/** Where the points are in one frame. */
export interface TrackedFrame {
  /** Position in the sequence, from 0. */
  readonly index: number;
  readonly image: Image;
  /** x and y of each point, interleaved, in pixels; a guess where it is not visible, NaN before it begins. */
  readonly points: Float32Array;
  /** 1 where the frame shows the point, 0 where it is occluded, outside or lost. */
  readonly visible: Uint8Array;
  /** How sure a point is, 0 to 1: 0.5 and more where it is visible. */
  readonly confidence: Float32Array;
  /** Whether another scene begins here: nothing moved to this frame from the one before. */
  readonly cut: boolean;
}

/** One point through all frames. */
export interface Track {
  /** x and y in each frame, in pixels; null in frames that it was not followed through. */
  readonly points: readonly (readonly [x: number, y: number] | null)[];
  readonly visible: readonly boolean[];
  /** 0 to 1: 0.5 and more where it is visible. */
  readonly confidence: readonly number[];
}

/** Tracks of a sequence, in the order that the points were given in. */
export interface Tracks {
  /** Number of frames. */
  readonly frames: number;
  readonly tracks: readonly Track[];
  /** Frames in which another scene begins. */
  readonly cuts: readonly number[];
}
