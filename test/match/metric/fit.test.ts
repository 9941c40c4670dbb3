import { expect, test } from 'vitest';
import {
  fitLda,
  fitMahalanobis,
  parseMetric,
  serializeMetric,
  vectorDistance,
} from '../../../src/match/metric/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { randomDescriptors, toDescriptors } from '../descriptors.ts';

// Variances 8/3 along x and 2/3 along y, no covariance.
const CROSS = toDescriptors([
  [2, 0],
  [-2, 0],
  [0, 1],
  [0, -1],
]);

test('Mahalanobis measures every direction in its own standard deviations', () => {
  const metric = fitMahalanobis(CROSS, { regularization: 0 });
  expect(vectorDistance(metric, [2, 0], [0, 0])).toBeCloseTo(2 / Math.sqrt(8 / 3), 6);
  expect(vectorDistance(metric, [0, 1], [0, 0])).toBeCloseTo(1 / Math.sqrt(2 / 3), 6);
});

test('Mahalanobis does not change when the descriptors are scaled and sheared', () => {
  const map = ([x, y]: readonly number[]): number[] => [10 * x + 3 * y, 0.1 * y - x];
  const points = [
    [1, 2],
    [3, -1],
    [0, 0.5],
    [-2, 1],
    [4, 4],
  ];
  const before = fitMahalanobis(toDescriptors(points), { regularization: 0 });
  const after = fitMahalanobis(toDescriptors(points.map(map)), { regularization: 0 });
  expect(vectorDistance(after, map(points[0]), map(points[1]))).toBeCloseTo(
    vectorDistance(before, points[0], points[1]),
    3,
  );
});

test('descriptors that do not vary in some direction need regularization', () => {
  const flat = toDescriptors([
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  expect(() => fitMahalanobis(flat, { regularization: 0 })).toThrow(
    'Expected descriptors that vary in every direction but they do not',
  );
  expect(vectorDistance(fitMahalanobis(flat), [1, 0], [2, 0])).toBeGreaterThan(0);
});

// Classes 2 apart along x, where they spread by 0.1; they spread by 3 along y, which tells nothing.
const SPREAD = [
  [0.1, 0],
  [-0.1, 0],
  [0, 3],
  [0, -3],
];
const CLASSES = toDescriptors([-1, 1].flatMap((centre) => SPREAD.map(([x, y]) => [x + centre, y])));
const LABELS = [0, 0, 0, 0, 1, 1, 1, 1];

test('LDA finds the direction that tells the classes apart, in deviations within a class', () => {
  const metric = fitLda(CLASSES, LABELS, { regularization: 0 });
  expect(metric.rank).toBe(1);
  expect(vectorDistance(metric, [-1, 0], [1, 0])).toBeCloseTo(2 / Math.sqrt(0.04 / 6), 3);
  expect(vectorDistance(metric, [0, 3], [0, -3])).toBeCloseTo(0, 3);
});

test('LDA keeps as many directions as asked for, the most telling first', () => {
  const three = toDescriptors(
    [
      [0, 0, 0],
      [9, 0, 0],
      [0, 2, 0],
    ].flatMap(([x, y, z]) =>
      [
        [1, 0, 0],
        [-1, 0, 0],
        [0, 1, 0],
        [0, -1, 0],
        [0, 0, 1],
        [0, 0, -1],
      ].map(([dx, dy, dz]) => [x + dx, y + dy, z + dz]),
    ),
  );
  const labels = [0, 1, 2].flatMap((label) => new Array<number>(6).fill(label));
  expect(fitLda(three, labels).rank).toBe(2);
  const first = fitLda(three, labels, { rank: 1 });
  expect(vectorDistance(first, [0, 0, 0], [9, 0, 0])).toBeGreaterThan(
    4 * vectorDistance(first, [0, 0, 0], [0, 9, 0]),
  );
});

test.each([
  [[0, 0, 0, 0, 0, 0, 0, 0], {}, 'Expected at least two classes'],
  [[0, 1, 2, 3, 4, 5, 6, 7], {}, 'one with two members or more, but received 8 for 8 descriptors'],
  [[0, 1], {}, 'Expected 8 labels, one a descriptor, but received 2'],
  [LABELS, { rank: 2 }, 'Expected an integer from 1 to 1 for rank but received 2'],
  [LABELS, { regularization: -1 }, 'Expected a number of at least 0 for regularization'],
])('LDA refuses labels %j with %j', (labels, options, message) => {
  expect(() => fitLda(CLASSES, labels, options)).toThrow(message);
});

test('one descriptor has no covariance', () => {
  expect(() => fitMahalanobis(toDescriptors([[1, 2]]))).toThrow('Expected at least 2 descriptors');
});

test('a learned metric survives being saved', () => {
  const metric = fitMahalanobis(randomDescriptors(40, 8, 3));
  const again = parseMetric(serializeMetric(metric));
  const { data } = randomDescriptors(2, 8, 4);
  const [a, b] = [data.subarray(0, 8), data.subarray(8)];
  expect(vectorDistance(again, a, b)).toBeCloseTo(vectorDistance(metric, a, b), TOLERANCE.digits);
  expect(parseMetric(serializeMetric({ kind: 'rbf', gamma: 2 }))).toEqual({ kind: 'rbf', gamma: 2 });
});

test.each([
  ['{', 'Expected a metric as JSON in m.json but '],
  ['7', 'Expected a metric as JSON in m.json but received 7 (number)'],
  ['{"kind":"close"}', 'Expected a metric in m.json: Expected one of l1'],
  [
    '{"kind":"lda","length":2,"rank":1,"projection":[1,null]}',
    'Expected a list of finite numbers for projection',
  ],
  ['{"kind":"lda","length":2,"rank":1,"projection":[1]}', 'Expected 1 x 2 values for metric.projection'],
])('the saved metric %s is refused', (text, message) => {
  expect(() => parseMetric(text, 'm.json')).toThrow(message);
});
