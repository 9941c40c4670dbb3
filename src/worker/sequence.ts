import type { Image } from '../core/index.ts';
import { imageOfFrame, joinEstimate, walkFrames } from '../flow/estimate/index.ts';
import type {
  EstimateParts,
  FlowSequenceOptions,
  SequenceEstimate,
  SequenceFrames,
} from '../flow/estimate/index.ts';
import { createHandover } from './handover.ts';
import type { Job } from './thread-handle.ts';
import type { NextFrame, TakeEstimate } from './verbs.ts';

/** Frames that a flow that is not taken yet may need: the thread has at most two beyond it. */
const HELD = 4;

/** As `flowSequence`, with the estimates made by `run`: while one is used here, the next is made there. */
export async function* sequenceBeside(
  run: (job: Job) => Promise<unknown>,
  model: object,
  frames: SequenceFrames,
  { skip, signal, ...options }: FlowSequenceOptions,
): AsyncGenerator<SequenceEstimate, void, undefined> {
  const source = iteratorOf(frames);
  const images = new Map<number, Image>();
  const flows = createHandover<readonly [index: number, parts: EstimateParts]>();
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal!.reason);
  let index = -1;
  const read = (): Promise<IteratorResult<Frame>> => {
    const reading = (async () => source.next())();
    // A failure is told when the thread asks for that frame.
    reading.catch(() => undefined);
    return reading;
  };
  let ahead = read();
  const next: NextFrame = async () => {
    const { done, value } = await ahead;
    if (done) return null;
    ahead = read();
    const image = imageOfFrame(value, index + 1);
    const skipped = index >= 0 && (skip?.(index) ?? false);
    images.set(++index, image).delete(index - HELD);
    return { image, skip: skipped };
  };
  const take: TakeEstimate = (at, parts) => flows.put([at, parts]);
  const args = [model, keepError(next, flows.end), take, options];
  signal?.addEventListener('abort', abort);
  const done = run({ verb: 'flowSequence', args, signal: stop.signal }).then(() => flows.end(), flows.end);
  try {
    for await (const [at, parts] of flows)
      yield Object.assign(joinEstimate(parts), {
        index: at,
        imageA: images.get(at)!,
        imageB: images.get(at + 1)!,
      });
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.abort();
    await ahead.catch(() => undefined);
    await source.return?.();
    await done;
  }
}

type Frame = Image | { readonly image: Image };

function iteratorOf(frames: SequenceFrames): Iterator<Frame> | AsyncIterator<Frame> {
  const source = walkFrames(frames);
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

/** Reports what `work` throws before it is told to the thread, so that the caller meets the very error. */
function keepError<T>(work: () => Promise<T>, report: (error: unknown) => void): () => Promise<T> {
  return async () => {
    try {
      return await work();
    } catch (error) {
      report(error);
      throw error;
    }
  };
}
