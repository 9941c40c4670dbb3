import { ShapeError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';

/** Runs pieces of work one after the other, in the order in which they were handed in. */
export function makeQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Throws unless `image` has the size that the sink was opened with. */
export function checkFrame(image: Image, { width, height }: { width: number; height: number }): void {
  if (image.width !== width || image.height !== height)
    throw new ShapeError(
      `Expected frames of ${width} x ${height} pixels but received one of ${image.width} x ${image.height}`,
    );
  if (image.data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width * height * 3} values for a frame of ${width} x ${height} pixels but received ` +
        `${image.data.length}`,
    );
}
