/** The longest file name, in characters; fields of more digits fit none. */
const MAX_NAME = 255;

/** One place of a pattern: which characters fit it, and whether it may be passed over or taken again. */
interface Place {
  readonly fits: (character: string) => boolean;
  readonly optional?: boolean;
  readonly repeats?: boolean;
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9';

/**
 * A pattern of file names as a test: %d is any number, %04d one of at least 4 digits, * any characters, ? one. It takes
 * time in proportion to the length of the name times that of the pattern, whatever the pattern, which regular
 * expressions do not.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const places = [...pattern.matchAll(/%0?(\d*)d|[^]/gu)].flatMap(([text, digits]) => placesOf(text, digits));
  return (name) => fitsPlaces(places, name);
}

function placesOf(text: string, digits: string | undefined): Place[] {
  if (text === '*') return [{ fits: () => true, optional: true, repeats: true }];
  if (text === '?') return [{ fits: () => true }];
  if (digits === undefined) return [{ fits: (character) => character === text }];
  const count = Math.min(Number(digits) || 1, MAX_NAME + 1);
  return Array.from({ length: count }, (_, i) => ({ fits: isDigit, repeats: i === count - 1 }));
}

/** Follows all ways through the places at once. */
function fitsPlaces(places: readonly Place[], name: string): boolean {
  let reached = passOver(places, new Set([0]));
  for (const character of name) {
    const next = new Set<number>();
    for (const at of reached) {
      if (at === places.length || !places[at].fits(character)) continue;
      next.add(at + 1);
      if (places[at].repeats) next.add(at);
    }
    reached = passOver(places, next);
  }
  return reached.has(places.length);
}

/** Adds what optional places lead on to; a set is gone through in the order of its growth. */
function passOver(places: readonly Place[], reached: Set<number>): Set<number> {
  for (const at of reached) if (places[at]?.optional) reached.add(at + 1);
  return reached;
}
