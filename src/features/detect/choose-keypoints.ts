import type { Keypoint } from './keypoint-list.ts';

/** The `count` of strongest response, ties by position, the strongest first. */
export function chooseStrongest(keypoints: readonly Keypoint[], count: number): Keypoint[] {
  return [...keypoints].sort((p, q) => q.response - p.response || p.y - q.y || p.x - q.x).slice(0, count);
}

/**
 * About `count` spread evenly: the strongest first, each forbids a square around it to the weaker ones; the side of the
 * square is found by bisection (suppression via square covering, Bailo 2018, a fast form of the adaptive non-maximal
 * suppression of Brown, Szeliski and Winder 2005).
 */
export function chooseEven(
  keypoints: readonly Keypoint[],
  count: number,
  width: number,
  height: number,
): Keypoint[] {
  const ranked = chooseStrongest(keypoints, keypoints.length);
  if (ranked.length <= count) return ranked;
  let [low, high] = [0, Math.max(width, height)];
  let best = ranked.slice(0, count);
  for (let step = 0; step < 20 && high - low > 0.25; step++) {
    const side = (low + high) / 2;
    const chosen = suppress(ranked, side, width, height);
    if (chosen.length >= count) {
      low = side;
      best = chosen.slice(0, count);
    } else high = side;
  }
  return best;
}

/** Those that no stronger one within the square has forbidden; the image is divided in half squares. */
function suppress(ranked: readonly Keypoint[], side: number, width: number, height: number): Keypoint[] {
  const cell = Math.max(side / 2, 0.25);
  const columns = Math.ceil((width + 1) / cell) + 1;
  const rows = Math.ceil((height + 1) / cell) + 1;
  const covered = new Uint8Array(columns * rows);
  return ranked.filter(({ x, y }) => {
    const column = Math.max(0, Math.floor((x + 0.5) / cell));
    const row = Math.max(0, Math.floor((y + 0.5) / cell));
    if (covered[row * columns + column]) return false;
    for (let r = Math.max(0, row - 2); r <= Math.min(rows - 1, row + 2); r++)
      covered.fill(1, r * columns + Math.max(0, column - 2), r * columns + Math.min(columns, column + 3));
    return true;
  });
}
