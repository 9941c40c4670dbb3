import type { FeatureMap } from '../../kernels/types.ts';

/** Of the maps that something is compiled for. */
type MapSize = Pick<FeatureMap, 'channels' | 'height' | 'width'>;

/** Something compiled for one size. */
interface Disposable {
  dispose(): void;
}

/** What was prepared for the sizes used last. */
export interface KeptKernels<T> {
  /** For maps of a size; a failure is told to who waits for it, and not kept. */
  get(size: MapSize): Promise<T>;
  dispose(): Promise<void>;
}

/** Sizes that something is kept for: three passes over three levels have nine, a folder of odd pictures has many. */
const KEPT_SIZES = 12;

/** Prepares kernels for each size once and keeps those of the sizes used last. */
export function keepKernels<T extends Disposable>(prepare: (size: MapSize) => Promise<T>): KeptKernels<T> {
  const kept = new Map<string, Promise<T>>();
  const release = async (key: string): Promise<void> => {
    const found = kept.get(key);
    kept.delete(key);
    (await found)?.dispose();
  };
  return {
    get(size) {
      const { channels, height, width } = size;
      const key = `${channels} x ${height} x ${width}`;
      const found = kept.get(key) ?? prepare(size);
      // A map keeps the order of insertion: the size used last goes to its end, the stalest stands first.
      kept.delete(key);
      kept.set(key, found);
      found.catch(() => kept.delete(key));
      if (kept.size > KEPT_SIZES) void release(kept.keys().next().value!);
      return found;
    },
    async dispose() {
      await Promise.all([...kept.keys()].map(release));
    },
  };
}
