import type { Image } from '../core/types.ts';

export interface FrameSinkOptions {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly overwrite?: boolean;
  /** Folder only: keep the frames that are there. */
  readonly resume?: boolean;
}

export interface FrameSink {
  /** Folder only: names (without extension) that a resumed sink has already; empty otherwise. */
  readonly existing: ReadonlySet<string>;
  /** `name` is the file's name in a folder, without extension; the running number padded to six digits unless told. */
  write(image: Image, name?: string): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

export async function createFrameSink(path: string, options: FrameSinkOptions): Promise<FrameSink> {
  throw new Error(`not yet: ${path} ${options.width}`);
}
