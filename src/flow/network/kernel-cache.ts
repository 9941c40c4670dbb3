import type { FeatureMap } from '../../../kernels/types.ts';

/** Of the maps that something is compiled for. */
type MapSize = Pick<FeatureMap, 'channels' | 'height' | 'width'>;

/** Something compiled for one size. */
interface Compiled {
  /** Memory that it holds. */
  readonly bytes: number;
  dispose(): void;
}

/** What was prepared for the sizes used last. */
export interface KernelCache<T, Sizes extends readonly MapSize[]> {
  /** For maps of these sizes; a failure is told to who waits for it, and not kept. */
  get(...sizes: Sizes): Promise<T>;
  dispose(): Promise<void>;
}

/** Sizes used last that are kept whatever they hold: three passes over three levels have nine. */
const LEAST_KEPT = 12;

/** Others are kept while all hold no more than this: to compile for a size again takes longer than a small pair does. */
const MOST_BYTES = 2 ** 28;

/** Prepares kernels for each size, or sizes, once and keeps those of the sizes used last. */
export function createKernelCache<T extends Compiled, Sizes extends readonly MapSize[] = [MapSize]>(
  prepare: (...sizes: Sizes) => Promise<T>,
): KernelCache<T, Sizes> {
  const kept = new Map<string, Promise<T>>();
  const held = new Map<string, number>();
  const forget = (key: string): void => {
    kept.delete(key);
    held.delete(key);
  };
  const release = async (key: string): Promise<void> => {
    const found = kept.get(key);
    forget(key);
    (await found)?.dispose();
  };
  const tooMuch = (): boolean =>
    kept.size > LEAST_KEPT && [...held.values()].reduce((sum, bytes) => sum + bytes, 0) > MOST_BYTES;
  const make = (key: string, sizes: Sizes): Promise<T> => {
    const made = prepare(...sizes);
    made.then(
      ({ bytes }) => kept.get(key) === made && held.set(key, bytes),
      () => {
        forget(key);
      },
    );
    return made;
  };
  return {
    get(...sizes) {
      const key = sizes.map(({ channels, height, width }) => `${channels} x ${height} x ${width}`).join();
      const found = kept.get(key) ?? make(key, sizes);
      // A map keeps the order of insertion: the size used last goes to its end, the stalest stands first.
      kept.delete(key);
      kept.set(key, found);
      while (tooMuch()) void release(kept.keys().next().value!);
      return found;
    },
    async dispose() {
      await Promise.all([...kept.keys()].map(release));
    },
  };
}
