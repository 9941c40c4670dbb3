import type { Image } from '../../core/index.ts';
import { quarterImage } from './shrink-image.ts';

interface Held {
  readonly image: Image;
  small?: Image;
}

/** Images that were read lately, as many as fit into a number of bytes; others are read again. */
export class ImageCache {
  private readonly held = new Map<number, Held>();
  private readonly load: (view: number) => Promise<Image>;
  private readonly maxBytes: number;

  constructor(load: (view: number) => Promise<Image>, maxBytes: number) {
    this.load = load;
    this.maxBytes = maxBytes;
  }

  async get(view: number): Promise<Image> {
    return (await this.find(view)).image;
  }

  /** The image at a quarter of its size. */
  async small(view: number): Promise<Image> {
    const found = await this.find(view);
    return (found.small ??= quarterImage(found.image));
  }

  private async find(view: number): Promise<Held> {
    const found = this.held.get(view);
    if (found) {
      this.held.delete(view);
      this.held.set(view, found);
      return found;
    }
    // Room is made before the image is read, as if it were as large as the largest held.
    const sizes = [...this.held.values()].map(({ image }) => image.data.length * 1.1);
    let bytes = sizes.reduce((sum, size) => sum + size, Math.max(0, ...sizes));
    for (const [oldest, { image }] of this.held) {
      if (bytes <= this.maxBytes) break;
      this.held.delete(oldest);
      bytes -= image.data.length * 1.1;
    }
    const fresh: Held = { image: await this.load(view) };
    this.held.set(view, fresh);
    return fresh;
  }
}
