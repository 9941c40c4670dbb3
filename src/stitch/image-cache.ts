import type { Image } from '../core/types.ts';

/** Pictures that were read lately, as many as fit into a number of bytes; others are read again. */
export class ImageCache {
  private readonly held = new Map<number, Image>();
  private readonly load: (view: number) => Promise<Image>;
  private readonly maxBytes: number;

  constructor(load: (view: number) => Promise<Image>, maxBytes: number) {
    this.load = load;
    this.maxBytes = maxBytes;
  }

  async get(view: number): Promise<Image> {
    const found = this.held.get(view);
    if (found) {
      this.held.delete(view);
      this.held.set(view, found);
      return found;
    }
    const image = await this.load(view);
    let bytes = image.data.length;
    for (const { data } of this.held.values()) bytes += data.length;
    for (const [oldest, { data }] of this.held) {
      if (bytes <= this.maxBytes) break;
      this.held.delete(oldest);
      bytes -= data.length;
    }
    this.held.set(view, image);
    return image;
  }
}
