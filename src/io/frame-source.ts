import type { Image } from '../core/types.ts';

export interface Frame {
  /** Position in the source before `every` skips any, from 0. */
  readonly index: number;
  /** File name of an image, or the index padded to six digits for a frame of a video. */
  readonly name: string;
  readonly image: Image;
}

export type FrameSourceKind = 'video' | 'gif' | 'images';

export interface FrameSource {
  readonly kind: FrameSourceKind;
  /** Of the frames given, after `maxSize`, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the frames given, after `every`, per second. */
  readonly frameRate: number;
  /** Frames that `frames()` gives, where it is known without decoding. */
  readonly frameCount: number | null;
  frames(): AsyncIterable<Frame>;
  dispose(): void;
}

export interface OpenFramesOptions {
  readonly every?: number;
  readonly maxSize?: number;
}

export async function openFrames(source: string, options: OpenFramesOptions = {}): Promise<FrameSource> {
  throw new Error(`not yet: ${source} ${options.every}`);
}
