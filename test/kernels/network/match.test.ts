import { describe, expect, it } from 'vitest';
import { matchGlobally, matchReference, prepareMatch } from '../../../kernels/index.ts';
import type { FeatureMap, MatchSpec } from '../../../kernels/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { normalized, randomFeatures, translate } from '../feature-maps.ts';

const features = (channels: number, height: number, width: number, seed: number) =>
  normalized(randomFeatures(channels, height, width, seed));

/** Each cell has a feature of its own, at right angles to all others. */
function identity(height: number, width: number): FeatureMap {
  const cells = height * width;
  const data = new Float32Array(cells * cells);
  for (let i = 0; i < cells; i++) data[i * cells + i] = 1;
  return { channels: cells, height, width, data };
}

const SHAPES: readonly (readonly [
  channels: number,
  a: readonly [number, number],
  b: readonly [number, number],
])[] = [
  [1, [1, 1], [1, 1]],
  [3, [1, 1], [5, 7]],
  [3, [5, 7], [1, 1]],
  [4, [4, 8], [4, 8]],
  [7, [9, 5], [3, 11]],
  [16, [8, 13], [13, 8]],
  [64, [3, 33], [7, 6]],
  [5, [2, 2], [17, 19]],
  [32, [12, 17], [11, 16]],
];

describe('global matching', () => {
  it('finds every cell that has its like in the other map, and trusts it', async () => {
    const a = identity(4, 6);
    const b = translate(a, 2, -1);
    const { flow, confidence } = await matchGlobally(a, b, { sharpness: 40 });
    for (let y = 1; y < 4; y++)
      for (let x = 0; x < 4; x++) {
        const i = y * 6 + x;
        expect([flow[i], flow[24 + i], confidence[i]]).toBeCloseToArray([2, -1, 1], TOLERANCE.matching);
      }
    // What has left the frame is like nothing: all of B is as good.
    expect(confidence[0]).toBeLessThan(0.5);
  });

  it('lies between two neighbours that are equally alike, and does not trust two places far apart', async () => {
    const a = { channels: 1, height: 1, width: 1, data: Float32Array.of(1) };
    const row = (...data: number[]) => ({ channels: 1, height: 1, width: 9, data: Float32Array.from(data) });
    const near = await matchGlobally(a, row(0, 0, 0, 1, 1, 0, 0, 0, 0), { sharpness: 50 });
    expect([...near.flow, ...near.confidence]).toBeCloseToArray([3.5, 0, 1], TOLERANCE.matching);
    const apart = await matchGlobally(a, row(1, 0, 0, 0, 0, 0, 0, 0, 1), { sharpness: 50 });
    expect([...apart.flow, ...apart.confidence]).toBeCloseToArray([0, 0, 0.5], TOLERANCE.matching);
  });

  it('does not trust a cell of B that several cells of A claim', async () => {
    const a = { channels: 1, height: 1, width: 8, data: new Float32Array(8).fill(1) };
    const b = { channels: 1, height: 1, width: 1, data: Float32Array.of(1) };
    const { confidence, flow } = await matchGlobally(a, b, { sharpness: 3 });
    expect([...confidence]).toBeCloseToArray(
      [3, 4, 5, 5, 5, 5, 4, 3].map((n) => n / 8),
      TOLERANCE.matching,
    );
    expect([...flow.slice(0, 8)]).toEqual([0, -1, -2, -3, -4, -5, -6, -7]);
  });

  describe.each([1, 3])('on %i threads', (threads) => {
    it.each(SHAPES)('agrees with its definition, %i channels, %j on %j', async (channels, sizeA, sizeB) => {
      const a = features(channels, ...sizeA, 1);
      const b = features(channels, ...sizeB, 2);
      for (const sharpness of [0.5, 12]) {
        const wanted = matchReference(a, b, sharpness);
        const result = await matchGlobally(a, b, { sharpness, threads });
        expect(result.flow).toBeCloseToArray(wanted.flow, TOLERANCE.matching);
        expect(result.confidence).toBeCloseToArray(wanted.confidence, TOLERANCE.matching);
      }
    });
  });

  it('agrees with its definition where scores are far apart, as those of features of any length', async () => {
    const long = (map: FeatureMap) => ({
      ...map,
      data: map.data.map((value, i) => value * (1 + (i % 7) * 6)),
    });
    const [a, b] = [long(randomFeatures(8, 6, 9, 3)), long(randomFeatures(8, 7, 5, 4))];
    const wanted = matchReference(a, b, 0.25);
    const result = await matchGlobally(a, b, { sharpness: 0.25 });
    expect(result.flow).toBeCloseToArray(wanted.flow, TOLERANCE.matching);
    // Scores of several hundred are known to the fifth digit only.
    expect(result.confidence).toBeCloseToArray(wanted.confidence, 10 * TOLERANCE.matching);
  });

  it('gives the same from several threads, run after run, and leaves its input alone', async () => {
    const [a, b] = [features(16, 11, 13, 5), features(16, 12, 10, 6)];
    const copy = structuredClone([a, b]);
    const sizes = { heightA: 11, widthA: 13, heightB: 12, widthB: 10 };
    using prepared = await prepareMatch({ channels: 16, ...sizes }, { threads: 4 });
    const wanted = matchReference(a, b, 9);
    const out = { flow: new Float32Array(286).fill(NaN), confidence: new Float32Array(143).fill(NaN) };
    for (let round = 0; round < 30; round++) {
      prepared.run(a, b, 500);
      expect(prepared.run(a, b, 9, out)).toBe(out);
      expect(out.flow).toBeCloseToArray(wanted.flow, TOLERANCE.matching);
      expect(out.confidence).toBeCloseToArray(wanted.confidence, TOLERANCE.matching);
    }
    expect([a, b]).toEqual(copy);
  });

  it('stays inside the map, and confidence from 0 to 1, whatever the sharpness', async () => {
    const [a, b] = [features(3, 9, 7, 7), features(3, 6, 8, 8)];
    for (const sharpness of [1e-6, 1, 1e3, 1e6]) {
      const { flow, confidence } = await matchGlobally(a, b, { sharpness });
      for (let i = 0; i < 63; i++) {
        const [x, y] = [(i % 7) + flow[i], Math.floor(i / 7) + flow[63 + i]];
        expect(x >= 0 && x <= 7 && y >= 0 && y <= 5).toBe(true);
      }
      expect(confidence.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });
});

describe('bad input to global matching', () => {
  const spec = { channels: 2, heightA: 3, widthA: 4, heightB: 2, widthB: 5 };
  const [a, b] = [randomFeatures(2, 3, 4, 1), randomFeatures(2, 2, 5, 2)];

  it.each([
    [{ channels: 0 }, 'for channels but received 0'],
    [{ heightB: 1.5 }, 'Expected an integer for heightB but received 1.5 (number)'],
    [{ heightA: 8192, widthA: 8192 }, 'for the number of cells of A but received 67108864'],
    [{ channels: 512, heightA: 2048, widthA: 2048 }, 'Expected maps whose matching fits in 2 GiB'],
  ])('is named: %j', async (change, message) => {
    await expect(prepareMatch({ ...spec, ...change } as MatchSpec)).rejects.toThrow(message);
  });

  it('includes maps of other sizes, results of other sizes, sharpness out of range', async () => {
    const prepared = await prepareMatch(spec);
    expect(() => prepared.run(b, a, 1)).toThrow('Expected a map of 2 x 3 x 4 for a but received 2 x 2 x 5');
    for (const sharpness of [0, -1, NaN, Infinity])
      expect(() => prepared.run(a, b, sharpness)).toThrow('for sharpness but received');
    const out = { flow: new Float32Array(24), confidence: new Float32Array(10) };
    expect(() => prepared.run(a, b, 1, out)).toThrow('Expected 12 values for out.confidence');
    prepared.dispose();
    expect(() => prepared.run(a, b, 1)).toThrow('received one that was disposed');
    const other = randomFeatures(3, 2, 5, 2);
    await expect(matchGlobally(a, other, { sharpness: 1 })).rejects.toThrow('for b but received 3 x 2 x 5');
  });
});
