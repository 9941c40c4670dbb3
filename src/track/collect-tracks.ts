import { checkOptions } from '../core/index.ts';
import type { OptionNames } from '../core/index.ts';
import type { FlowModel } from '../flow/network/index.ts';
import { reverseFrames } from './reverse-frames.ts';
import type { RepeatableFrames } from './reverse-frames.ts';
import { checkPoints } from './query-points.ts';
import type { CheckedPoint } from './query-points.ts';
import { TRACK_OPTIONS, trackPoints } from './track-points.ts';
import type { TrackOptions } from './track-points.ts';
import type { QueryPoint, Track, TrackedFrame, Tracks } from './types.ts';

/** Options of `collectTracks`. */
export interface CollectTracksOptions extends TrackOptions {
  /** Follow points that begin in a later frame backwards too; defaults to true. */
  readonly backwards?: boolean;
  /** Called after each frame, in either direction. What it throws ends the work. */
  readonly onFrame?: (frame: TrackedFrame, backwards: boolean) => void;
}

const OPTIONS: OptionNames<CollectTracksOptions> = { ...TRACK_OPTIONS, backwards: true, onFrame: true };

/**
 * The tracks of points through all frames, from the frame that each begins in forwards and backwards; see `trackPoints`.
 * Positions are kept, images are not: going backwards decodes a video in parts of at most 256 MB.
 *
 * @param frames what can be walked through more than once: a source as `openFrames` opens, or a list of images
 * @throws as `trackPoints`
 * @example
 * import { collectTracks } from 'whither/track';
 * import { loadFlowModel, openFrames } from 'whither';
 *
 * await using model = await loadFlowModel();
 * const { tracks } = await collectTracks(model, await openFrames('clip.mp4'), [{ x: 320, y: 180, frame: 12 }]);
 * console.log(tracks[0].points[0], tracks[0].visible[0]);
 */
export async function collectTracks(
  model: FlowModel,
  frames: RepeatableFrames,
  points: readonly (QueryPoint | readonly [number, number])[],
  options: CollectTracksOptions = {},
): Promise<Tracks> {
  checkOptions(options, OPTIONS, 'collectTracks');
  const { backwards = true, onFrame, ...how } = options;
  const checked = checkPoints(points);
  const rows = checked.map(() => emptyRow());
  const cuts: number[] = [];
  let count = 0;
  for await (const frame of trackPoints(model, frames, checked, how)) {
    note(rows, frame, count);
    if (frame.cut) cuts.push(count);
    count++;
    onFrame?.(frame, false);
  }
  const last = Math.max(...checked.map(({ frame }) => frame));
  if (backwards && last > 0) {
    const late = checked.map(({ x, y, frame }) => ({ x, y, frame: last - frame }));
    for await (const frame of trackPoints(model, reverseFrames(frames, last + 1), late, how)) {
      note(rows, frame, last - frame.index, checked);
      onFrame?.(frame, true);
    }
  }
  return { frames: count, tracks: rows, cuts };
}

type Row = { readonly [Key in keyof Track]: Track[Key][number][] };

const emptyRow = (): Row => ({ points: [], visible: [], confidence: [] });

/** Enters a frame; where `begins` is given, for points alone that begin after it. */
function note(
  rows: readonly Row[],
  { points, visible, confidence }: TrackedFrame,
  at: number,
  begins?: readonly CheckedPoint[],
): void {
  rows.forEach((row, i) => {
    if (begins && at >= begins[i].frame) return;
    const known = !Number.isNaN(points[2 * i]);
    row.points[at] = known ? [points[2 * i], points[2 * i + 1]] : null;
    row.visible[at] = visible[i] === 1;
    row.confidence[at] = confidence[i];
  });
}
