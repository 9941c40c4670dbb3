import { describe, expect, it } from 'vitest';
import { listFacePairs } from '../../bench/data/faces.ts';
import { areaUnderRecall, homographyErrors } from '../../bench/data/homography-pairs.ts';
import { correctShares, scoreWillow } from '../../bench/data/willow.ts';

const SIZE = { width: 960, height: 480 };
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

describe('the errors of a homography', () => {
  it('are its mean distances in pixels of a shorter side of 480', () => {
    const moved = [1, 0, 3, 0, 1, 4, 0, 0, 1];
    const small = homographyErrors(moved, IDENTITY, SIZE, SIZE);
    expect(small.corner).toBeCloseTo(5, 9);
    expect(small.overlap).toBeCloseTo(5, 9);
    const large = { width: 1920, height: 960 };
    expect(homographyErrors(moved, IDENTITY, large, large).corner).toBeCloseTo(2.5, 9);
  });

  it('are infinite without an answer', () => {
    expect(homographyErrors(null, IDENTITY, SIZE, SIZE)).toEqual({ corner: Infinity, overlap: Infinity });
  });

  it('leave out corners that the truth sends behind the horizon', () => {
    const tilted = [1, 0, 0, 0, 1, 0, -1.5 / 959, 0, 1] as const;
    const { corner, overlap } = homographyErrors(tilted, tilted, SIZE, SIZE);
    expect(corner).toBeNaN();
    expect(overlap).toBe(0);
  });
});

describe('the area under the recall curve', () => {
  it('by hand', () => {
    expect(areaUnderRecall([0, 0], 5)).toBe(100);
    expect(areaUnderRecall([Infinity, 7], 5)).toBe(0);
    // Recall rises from 0 to a half at 2 pixels and stays there.
    expect(areaUnderRecall([2, Infinity, NaN], 4)).toBeCloseTo((100 * (0.5 + 1)) / 4, 9);
  });
});

describe('PCK', () => {
  const truth = [
    [0, 0],
    [100, 40],
  ] as const;

  it('counts points by the longer side of the box round them', () => {
    const found = [
      [0, 5],
      [100, 51],
    ];
    expect(correctShares(found, truth)).toEqual([0.5, 0.5, 1]);
  });

  it('scores only the pairs that were answered', () => {
    const pair = { id: 'x', set: 'duck', a: '', b: '', points: truth, truth };
    const scores = scoreWillow([pair, { ...pair, id: 'y' }], { x: [...truth] });
    expect(scores).toEqual({ duck: [100, 100, 100], mean: [100, 100, 100] });
  });
});

it('every face is paired with every other, nine of them of the same person', () => {
  const pairs = listFacePairs();
  expect(pairs).toHaveLength((200 * 199) / 2);
  expect(pairs.filter(({ same }) => same)).toHaveLength((200 * 9) / 2);
});
