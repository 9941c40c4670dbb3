import type { StitchPair } from '../types.ts';

/** A tree over views: each but the root is placed by the pair that ties it to its parent. */
export interface SpanningTree {
  readonly root: number;
  /** In an order in which every parent comes before its children. */
  readonly links: readonly { readonly parent: number; readonly child: number; readonly pair: StitchPair }[];
}

/**
 * Groups of images that verified pairs hold together, those of more images first, then by the first index;
 * an image without a verified pair is a group of its own.
 *
 * @example
 * import { findComponents, register } from 'whither/stitch';
 *
 * const { views, pairs } = await register(sources);
 * const groups = findComponents(views.length, pairs); // such as [[0, 1, 3], [2]]
 */
export function findComponents(count: number, pairs: readonly StitchPair[]): number[][] {
  const parent = Array.from({ length: count }, (_, i) => i);
  const rootOf = (i: number): number => (parent[i] === i ? i : (parent[i] = rootOf(parent[i])));
  for (const { a, b, verified } of pairs)
    if (verified) {
      const [low, high] = [rootOf(a), rootOf(b)].sort((x, y) => x - y);
      parent[high] = low;
    }
  const groups = new Map<number, number[]>();
  for (let i = 0; i < count; i++) groups.set(rootOf(i), [...(groups.get(rootOf(i)) ?? []), i]);
  return [...groups.values()].sort((x, y) => y.length - x.length || x[0] - y[0]);
}

/** The verified pairs between views of one group. */
export function pairsWithin(views: readonly number[], pairs: readonly StitchPair[]): StitchPair[] {
  const members = new Set(views);
  return pairs.filter(({ a, b, verified }) => verified && members.has(a) && members.has(b));
}

/**
 * The tree of most inliers (Kruskal 1956), from the view at its centre, so that errors gather over as few pairs as
 * can be.
 *
 * @example
 * import { register, spanTree } from 'whither/stitch';
 *
 * const { views, pairs } = await register(sources);
 * const { root, links } = spanTree([...views.keys()], pairs);
 */
export function spanTree(views: readonly number[], pairs: readonly StitchPair[]): SpanningTree {
  const chosen = strongestTree(views, pairsWithin(views, pairs));
  const root = findCentre(views, chosen);
  const links = [];
  const seen = new Set([root]);
  const queue = [root];
  for (const parent of queue)
    for (const pair of chosen) {
      const child = pair.a === parent ? pair.b : pair.b === parent ? pair.a : undefined;
      if (child === undefined || seen.has(child)) continue;
      seen.add(child);
      queue.push(child);
      links.push({ parent, child, pair });
    }
  return { root, links };
}

function strongestTree(views: readonly number[], pairs: readonly StitchPair[]): StitchPair[] {
  const group = new Map(views.map((v) => [v, v]));
  const strongest = [...pairs].sort(
    (p, q) => q.inliers.scores.length - p.inliers.scores.length || p.a - q.a || p.b - q.b,
  );
  return strongest.filter(({ a, b }) => {
    const [from, to] = [group.get(a)!, group.get(b)!];
    if (from === to) return false;
    for (const [v, g] of group) if (g === from) group.set(v, to);
    return true;
  });
}

/** The view from which the farthest is the fewest pairs away; of those the one with the nearest others. */
function findCentre(views: readonly number[], tree: readonly StitchPair[]): number {
  const neighbours = new Map<number, number[]>(views.map((v) => [v, []]));
  for (const { a, b } of tree) {
    neighbours.get(a)!.push(b);
    neighbours.get(b)!.push(a);
  }
  let best = { view: views[0], farthest: Infinity, sum: Infinity };
  for (const view of views) {
    const distance = new Map([[view, 0]]);
    const queue = [view];
    for (const v of queue)
      for (const n of neighbours.get(v)!)
        if (!distance.has(n)) {
          distance.set(n, distance.get(v)! + 1);
          queue.push(n);
        }
    const farthest = Math.max(...distance.values());
    const sum = [...distance.values()].reduce((x, y) => x + y, 0);
    if (farthest < best.farthest || (farthest === best.farthest && sum < best.sum))
      best = { view, farthest, sum };
  }
  return best.view;
}
