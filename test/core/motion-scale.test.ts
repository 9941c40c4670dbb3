import { describe, expect, it } from 'vitest';
import { motionScale } from '../../src/core/index.ts';
import { flowFrom } from '../flow/fields.ts';

describe('motionScale', () => {
  const flow = flowFrom(40, 30, (x, y) => [
    Math.sin(x * 7) * (y % 5),
    y === 7 ? NaN : Math.cos(y * 3) * (x % 4),
  ]);
  const lengths = Array.from({ length: 40 * 30 }, (_, i) =>
    Math.fround(Math.sqrt(flow.data[2 * i] ** 2 + flow.data[2 * i + 1] ** 2)),
  );
  const moving = lengths.filter((length) => length > 0.5).sort((a, b) => a - b);
  const percentile = (share: number): number => {
    const rank = share * (moving.length - 1);
    const [below, above] = [moving[Math.floor(rank)], moving[Math.ceil(rank)]];
    return below + (above - below) * (rank % 1);
  };

  it.each([0, 30, 95, 99, 100])(
    'is at most 1.25 times percentile %i of the known lengths that move',
    (at) => {
      expect(moving.length).toBeGreaterThan(500);
      expect(motionScale(flow, at)).toBe(Math.min(moving.at(-1)!, 1.25 * percentile(at / 100)));
    },
  );

  it('is 0 where nothing moves by more than half a pixel', () => {
    expect(
      motionScale(
        flowFrom(4, 3, () => [0.5, 0]),
        99,
      ),
    ).toBe(0);
  });
});
