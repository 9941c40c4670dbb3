import type { Image, Mask } from '../../core/index.ts';

/** One image of a sequence. */
export interface Frame {
  /** Position in the source, from 0, before `every` leaves any out. */
  readonly index: number;
  /** File name of an image without its extension; for other sources the index in six digits. */
  readonly name: string;
  readonly image: Image;
  /** When a video shows it, in seconds from its first frame; absent where the file does not tell. */
  readonly time?: number;
  /** 1 where the file's alpha is one half or more, of the size before `maxSize`; absent where no pixel is transparent. */
  readonly opaque?: Mask;
}

/** Where frames come from: a video file, an animated GIF or WebP, or image files. */
export type FrameSourceKind = 'video' | 'gif' | 'images';

/** A sequence of frames of one size, decoded one after the other as they are asked for. */
export interface FrameSource {
  readonly kind: FrameSourceKind;
  /** Width of the frames given, that is after `maxSize`, in pixels. */
  readonly width: number;
  /** Height of the frames given, that is after `maxSize`, in pixels. */
  readonly height: number;
  /** Frames a second of those given, that is after `every`; 25 for image files, which have none. */
  readonly frameRate: number;
  /** Whether frames of a video come at uneven times, so that `time` of each says more than `frameRate`. */
  readonly variableRate?: boolean;
  /** How many frames `frames()` gives, null where only decoding would tell. Of a video it is what the file claims. */
  readonly frameCount: number | null;
  /** Of image files: the `name` of each frame, in order. Two are the same where only extensions differ. */
  readonly names?: readonly string[];
  /**
   * The frames from the first on; each call starts over. Nothing is decoded ahead of what is asked for beyond
   * what the codec needs, so memory does not depend on the length.
   *
   * @throws FileError at the frame in question: one that cannot be decoded, one of another size, or, after the
   * last whole frame, a video that ends before its time.
   */
  frames(): AsyncIterable<Frame>;
  /** Gives up the source: `frames()` that are under way end at their next frame. */
  dispose(): void;
}

/** Options of {@link openFrames}. */
export interface OpenFramesOptions {
  /** Give every `every`-th frame alone, from the first on; defaults to 1. */
  readonly every?: number;
  /** Make frames smaller whose longer side exceeds this many pixels. */
  readonly maxSize?: number;
  /** Largest frame that is decoded, in pixels and before `maxSize`; defaults to 200 million. */
  readonly maxPixels?: number;
  /**
   * Is told, in one sentence each, what is wrong with frames that are given all the same: damaged images, what a video
   * has lost, which is known at its end, and that it has more than 8 bits a colour or is HDR, which is told at once.
   */
  readonly onWarning?: (message: string) => void;
}

/** {@link OpenFramesOptions}, checked and with its defaults. */
export interface CheckedFramesOptions {
  readonly every: number;
  readonly maxSize: number | undefined;
  readonly maxPixels: number;
  readonly onWarning?: (message: string) => void;
}

/** Options of {@link createFrameSink}. */
export interface FrameSinkOptions {
  /** Width of every frame, in pixels. */
  readonly width: number;
  /** Height of every frame, in pixels. */
  readonly height: number;
  /** Frames a second; a folder has no use for it. */
  readonly frameRate: number;
  /** Of a video: frames are shown at the times that they are written with, instead of evenly. */
  readonly variableRate?: boolean;
  /**
   * Of a video: the path of a video whose sound is copied as it is, from its first frame on and as long as the frames last.
   * One without sound adds none.
   */
  readonly sound?: string | URL;
  /** Replace what exists; of a folder, the images whose names come again, and nothing else. */
  readonly overwrite?: boolean;
  /** Of a folder alone: keep the images that are there and add the others. */
  readonly resume?: boolean;
}

/** Takes frames in order. Calls may overlap; they are carried out one after the other. */
export interface FrameSink {
  /** Of a folder with `resume`: the names, without extension, of the images that are there; else empty. */
  readonly existing: ReadonlySet<string>;
  /**
   * Adds a frame. `name` is its file name in a folder, without extension, by default the running number in six
   * digits; what is in `existing` is kept as it is. `time`, in seconds, is when a video of `variableRate` shows it; times
   * must rise.
   */
  write(image: Image, name?: string, time?: number): Promise<void>;
  /** Completes the output and gives it its name. */
  close(): Promise<void>;
  /** Leaves nothing behind, except that a folder keeps its whole images for a later `resume`. */
  abort(): Promise<void>;
}
