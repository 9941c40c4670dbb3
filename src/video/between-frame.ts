import { mixBetween, motionBetween } from '../../kernels/between/index.ts';
import type { BetweenSide } from '../../kernels/between/index.ts';
import type { FlowField, Image } from '../core/index.ts';
import type { FramePair, SequenceFrame } from './frame-pairs.ts';
import { pathsTo } from './paths.ts';
import type { OtherSide } from './paths.ts';
import type { Sight } from './sight.ts';

/** A pair with those before and after it. */
export interface Neighbourhood {
  readonly before?: FramePair;
  readonly pair: FramePair;
  readonly after?: FramePair;
}

/**
 * The frame between the two of a pair. Their neighbours tell how the paths bend. Nothing is mixed across a cut: the first
 * frame stays until the second comes.
 *
 * @param time 0 at the first of the two, 1 at the second
 */
export function frameBetween({ before, pair, after }: Neighbourhood, time: number): Image {
  const { a, b, flowAB, flowBA, sightA, sightB } = pair;
  const { width, height } = a.image;
  if (pair.cut) return a.image;
  const pathA = pathsTo(time, flowAB, sightA.visible, before && earlierThan(pair, before));
  const pathB = pathsTo(1 - time, flowBA, sightB.visible, after && laterThan(pair, after));
  const input = {
    ...{ width, height, time },
    a: sideOf(a.image, flowAB, pathA, sightA),
    b: sideOf(b.image, flowBA, pathB, sightB),
  };
  return { width, height, data: mixBetween(input, motionBetween(input)) };
}

const sideOf = (
  { data: rgb }: Image,
  { data: flow }: FlowField,
  path: Float32Array,
  { visible, importance }: Sight,
): BetweenSide => ({ rgb, flow, path, visible: visible.data, importance });

const earlierThan = (pair: FramePair, before: FramePair): OtherSide | undefined =>
  before.cut
    ? undefined
    : { flow: before.flowBA, visible: before.sightB.visible, distance: ratio(before, pair) };

const laterThan = (pair: FramePair, after: FramePair): OtherSide | undefined =>
  after.cut ? undefined : { flow: after.flowAB, visible: after.sightA.visible, distance: ratio(after, pair) };

/** How long one pair lasts over how long another does; 1 where times are not known. */
function ratio(one: FramePair, other: FramePair): number {
  const found = lengthOf(one.a, one.b) / lengthOf(other.a, other.b);
  return found > 0 && found < Infinity ? found : 1;
}

const lengthOf = (a: SequenceFrame, b: SequenceFrame): number => (b.time ?? NaN) - (a.time ?? NaN);
