import { describe, expect, it } from 'vitest';
import { findRaftGraph, loadRaftSmall } from '../../bench/flow/raft-small.ts';
import { mergeRows } from '../../bench/flow/score-all.ts';
import type { ScoreRow } from '../../bench/flow/score-all.ts';
import { scoreFlow } from '../../src/api/evaluate.ts';
import type { Image } from '../../src/index.ts';

const graph = findRaftGraph();

/** A smooth pattern whose every pixel moves by `(u, v)`. */
function pattern(width: number, height: number, u: number, v: number): Image {
  const level = (x: number, y: number): number =>
    128 + 50 * Math.sin(x / 5) * Math.cos(y / 7) + 50 * Math.sin((x + 2 * y) / 23);
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return level((pixel % width) - u, Math.floor(pixel / width) - v);
  });
  return { width, height, data };
}

describe('RAFT-small in the flow bench', () => {
  const needs = graph ? '' : ' (needs its graph, which npm run bench:flow writes from the weights)';

  it.skipIf(!graph)(`follows a shift at a size that is no multiple of 8${needs}`, async () => {
    const [width, height] = [213, 150];
    const raft = await loadRaftSmall(1);
    const flow = await raft.estimate(pattern(width, height, 0, 0), pattern(width, height, 6, -4));
    await raft.dispose();
    const data = Float32Array.from({ length: 2 * width * height }, (_, i) => (i % 2 ? -4 : 6));
    expect(scoreFlow(flow, { width, height, data }).epe).toBeLessThan(0.5);
  });
});

describe('the scores of the flow bench', () => {
  const row = (name: string, commit: string): ScoreRow => {
    return { name, commit, ours: true, key: '', scores: {}, pairs: {} };
  };

  it('replace those of the same methods and keep the others in their order', () => {
    const merged = mergeRows([row('a', '1'), row('b', '1')], [row('c', '2'), row('a', '2')]);
    expect(merged.map(({ name, commit }) => `${name} ${commit}`)).toEqual(['a 2', 'b 1', 'c 2']);
  });
});
