import type { BetweenLayer } from './types.ts';

/** Fills pixels of which no layer tells by the mean of those about them, ring after ring from the border of a hole inwards. */
export function fillHoles(
  [a, b]: readonly [BetweenLayer, BetweenLayer],
  width: number,
  height: number,
): void {
  let open: number[] = [];
  for (let i = 0; i < a.weight.length; i++) if (a.weight[i] + b.weight[i] === 0) open.push(i);
  while (open.length && open.length < a.weight.length) {
    const filled = open.filter((i) => fillPixel(a, b, width, height, i));
    for (const i of filled) a.weight[i] = 1;
    open = open.filter((i) => a.weight[i] === 0);
  }
}

/** @returns false where no pixel about this one is known */
function fillPixel(a: BetweenLayer, b: BetweenLayer, width: number, height: number, i: number): boolean {
  const [x, y] = [i % width, Math.floor(i / width)];
  let count = 0;
  for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++)
    for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
      const k = v * width + u;
      const from = a.weight[k] >= b.weight[k] ? a : b;
      if (from.weight[k] === 0) continue;
      count++;
      for (let c = 0; c < 4; c++) a.places[4 * i + c] += from.places[4 * k + c];
      a.share[i] += from.share[k];
    }
  if (!count) return false;
  for (let c = 0; c < 4; c++) a.places[4 * i + c] /= count;
  a.share[i] /= count;
  return true;
}
