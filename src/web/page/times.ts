/// <reference lib="dom" />
import type { Preset } from './engine.ts';

/** How much longer than `fast` a preset takes, about; as README.md has it. */
const SHARES: Readonly<Record<Preset, number>> = { fast: 1, balanced: 3.4, accurate: 9.8 };
const KEY = 'whither: milliseconds of fast for a megapixel';

/** What presets take here: guessed until one has been measured. */
export interface Times {
  /** Milliseconds; undefined where nothing was measured. */
  expect(preset: Preset, pixels: number): number | undefined;
  measured(preset: Preset, pixels: number, milliseconds: number): void;
}

export function createTimes(): Times {
  let perMegapixel = Number(localStorage.getItem(KEY)) || undefined;
  return {
    expect: (preset, pixels) => perMegapixel && (perMegapixel * SHARES[preset] * pixels) / 1e6,
    measured(preset, pixels, milliseconds) {
      perMegapixel = (milliseconds / SHARES[preset] / pixels) * 1e6;
      localStorage.setItem(KEY, String(perMegapixel));
    },
  };
}

/** Such as `1.4 s`. */
export const inSeconds = (milliseconds: number): string =>
  `${(milliseconds / 1000).toFixed(milliseconds < 9950 ? 1 : 0)} s`;
