import { ShapeError } from '../core/index.ts';
import type { FlowField, Image } from '../core/index.ts';
import { flowSequence, imageOfFrame, walkFrames } from '../flow/estimate/index.ts';
import type { EstimateOptions } from '../flow/estimate/index.ts';
import type { FlowModel } from '../flow/network/index.ts';
import { showSameScene } from '../track/index.ts';
import type { VideoFrames } from './types.ts';
import { judgeSight } from './sight.ts';
import type { Sight } from './sight.ts';

/** A frame of a sequence. */
export interface SequenceFrame {
  /** Position in the sequence, from 0. */
  readonly index: number;
  readonly image: Image;
  /** When it is shown, in seconds; absent where that is not known. */
  readonly time?: number;
}

/** Two frames that follow each other, and the motion between them both ways. */
export interface FramePair {
  readonly a: SequenceFrame;
  readonly b: SequenceFrame;
  readonly flowAB: FlowField;
  readonly flowBA: FlowField;
  readonly sightA: Sight;
  readonly sightB: Sight;
  /** Whether B begins another scene: the flow means nothing then. */
  readonly cut: boolean;
}

/**
 * The pairs of a sequence, with the flow both ways. Three frames are held at most.
 *
 * @returns the first frame, also where it is the only one
 * @throws ShapeError where there is no frame
 */
export async function* framePairs(
  model: FlowModel,
  frames: VideoFrames,
  options: { readonly preset?: EstimateOptions['preset']; readonly signal?: AbortSignal },
): AsyncGenerator<FramePair, SequenceFrame, undefined> {
  const held = new Map<number, SequenceFrame>();
  let last: SequenceFrame | undefined;
  for await (const estimate of flowSequence(model, holdFrames(frames, held), { ...options, both: true })) {
    const { index, flow: flowAB, backward } = estimate;
    const [a, b, flowBA] = [held.get(index)!, held.get(index + 1)!, backward!];
    held.delete(index);
    const sightA = judgeSight(a.image, b.image, flowAB, flowBA);
    const sightB = judgeSight(b.image, a.image, flowBA, flowAB);
    const cut = !showSameScene(a.image, b.image, flowAB, sightA.visible);
    yield { a, b, flowAB, flowBA, sightA, sightB, cut };
    last = b;
  }
  last ??= held.get(0);
  if (!last) throw new ShapeError('Expected one frame or more but received none');
  return last;
}

/** Passes frames on, and holds each with its time. */
async function* holdFrames(frames: VideoFrames, held: Map<number, SequenceFrame>): AsyncGenerator<Image> {
  let index = 0;
  for await (const frame of walkFrames(frames)) {
    const image = imageOfFrame(frame, index);
    const time = 'time' in frame ? (frame.time as number | undefined) : undefined;
    held.set(index, { index, image, time });
    index++;
    yield image;
  }
}
