import { describe, expect, it } from 'vitest';
import {
  consensus,
  consensusReference,
  correlateAllPairs,
  filterMutual,
  matchingTensor,
  matchingTensorReference,
  mutualReference,
  softArgmax,
  softArgmaxReference,
  voteDisplacements,
  voteReference,
} from '../../../kernels/index.ts';
import type { AllPairsVolume } from '../../../kernels/index.ts';
import { seeded } from '../../flow/fields.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { normalized, randomFeatures } from '../feature-maps.ts';

type Size = readonly [height: number, width: number];

function randomVolume([heightA, widthA]: Size, [heightB, widthB]: Size, seed = 1): AllPairsVolume {
  const random = seeded(seed);
  const data = Float32Array.from({ length: heightA * widthA * heightB * widthB }, () => random() * 2 - 1);
  return { heightA, widthA, heightB, widthB, data };
}

/** A volume of given rows, all maps one row high. */
const volume = (...rows: number[][]): AllPairsVolume => ({
  heightA: 1,
  widthA: rows.length,
  heightB: 1,
  widthB: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

const SIZES: readonly (readonly [Size, Size])[] = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [3, 4],
    [3, 4],
  ],
  [
    [2, 5],
    [4, 3],
  ],
  [
    [1, 6],
    [5, 1],
  ],
];

describe.each(SIZES)('of maps of %j and %j', (a, b) => {
  const scores = randomVolume(a, b);

  it('mutual filtering is its definition', () => {
    expect(filterMutual(scores).data).toBeCloseToArray(mutualReference(scores).data, TOLERANCE.correlation);
  });

  it.each([0, 1, 2])('consensus with reach %i is its definition', (reach) => {
    const wanted = consensusReference(scores, reach).data;
    expect(consensus(scores, reach).data).toBeCloseToArray(wanted, TOLERANCE.correlation);
  });

  it('voting is its definition, scaled to a greatest score of 1', () => {
    const wanted = voteReference(scores, 2, 0.8).data;
    const most = Math.max(...wanted) || 1;
    const result = voteDisplacements(scores, { power: 2, sigma: 0.8 }).data;
    expect(result).toBeCloseToArray(
      wanted.map((value) => value / most),
      TOLERANCE.correlation,
    );
  });

  it.each([0, 1, 2])('the soft argmax with reach %i is its definition', (reach) => {
    const positive = { ...scores, data: scores.data.map((value) => Math.max(0, value)) };
    const [result, wanted] = [softArgmax(positive, { reach }), softArgmaxReference(positive, reach)];
    expect(result.flow).toBeCloseToArray(wanted.flow, TOLERANCE.matching);
    expect(result.confidence).toBeCloseToArray(wanted.confidence, TOLERANCE.matching);
  });
});

describe('mutual filtering', () => {
  it('keeps a score that is the best on both sides, lessens the others, and drops negative ones', () => {
    const { data } = filterMutual(volume([1, 0.5], [-1, 0.8]));
    // 0.5 is half of its row's best, and 0.625 of its column's.
    expect(data).toBeCloseToArray(Float32Array.of(1, 0.5 * 0.5 * 0.625, 0, 0.8), 1e-6);
  });
});

describe('voting', () => {
  it('raises matches that move as others do above better ones that move alone', () => {
    // Three cells move by 1; the fourth prefers, slightly, to stay.
    const scores = volume([0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 0.9]);
    const row = (v: AllPairsVolume) => [...v.data.subarray(15, 20)];
    expect(row(scores).indexOf(Math.max(...row(scores)))).toBe(3);
    const voted = row(voteDisplacements(scores, { power: 1, sigma: 0.3 }));
    expect(voted.indexOf(Math.max(...voted))).toBe(4);
  });

  it('leaves nothing of nothing', () => {
    const none = volume([0, 0], [0, -1]);
    expect([...voteDisplacements(none).data]).toEqual([0, 0, 0, 0]);
  });

  it('refuses options that make no sense', () => {
    expect(() => voteDisplacements(volume([1]), { power: 0 })).toThrow(/above 0 and below 1000 for power/);
    expect(() => voteDisplacements(volume([1]), { sigma: NaN })).toThrow(RangeError);
  });
});

describe('the soft argmax', () => {
  it('lies between two equal neighbours', () => {
    const { flow, confidence } = softArgmax(volume([0, 0, 1, 1]));
    expect([...flow]).toEqual([2.5, 0]);
    expect(confidence[0]).toBe(1);
  });

  it('has no confidence in a cell that is like nothing, and leaves it at its relative place', () => {
    const { flow, confidence } = softArgmax(volume([0, 0, 0], [0, 0, 0]));
    expect([...flow]).toEqual([0, 1, 0, 0]);
    expect([...confidence]).toEqual([0, 0]);
  });
});

describe('the matching tensor', () => {
  it('has the rows of the source fast, as the paper counts them', async () => {
    const [source, target] = [normalized(randomFeatures(6, 3, 4, 1)), normalized(randomFeatures(6, 2, 5, 2))];
    const scores = await correlateAllPairs(source, target, 'none');
    const tensor = matchingTensor(scores);
    expect([tensor.channels, tensor.height, tensor.width]).toEqual([12, 2, 5]);
    expect(tensor.data).toBeCloseToArray(matchingTensorReference(source, target).data, TOLERANCE.correlation);
  });

  it('has cells of unit length, and zeros where no score is above 0', () => {
    const { data } = matchingTensor(volume([3, -1], [4, -2]));
    expect(data).toBeCloseToArray(Float32Array.of(0.6, 0, 0.8, 0), 1e-6);
  });
});
