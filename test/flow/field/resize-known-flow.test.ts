import { describe, expect, it } from 'vitest';
import { resizeKnownFlow } from '../../../src/flow/field/resize-known-flow.ts';
import { resizeFlow } from '../../../src/flow/field/resize.ts';
import { flowFrom, seeded } from '../fields.ts';

const random = seeded(5);
const noise = (width: number, height: number) =>
  flowFrom(width, height, () => [random() * 9 - 4, random() * 9 - 4]);

describe('resizeKnownFlow', () => {
  it.each([
    [12, 8, 6, 4],
    [12, 9, 4, 3],
    [16, 8, 4, 2],
    [7, 5, 3, 2],
    [5, 4, 10, 8],
    [5, 4, 13, 9],
    [6, 4, 3, 8],
    [1, 1, 3, 2],
  ])('brings flow of %i x %i to %i x %i as resizeFlow does', (width, height, toWidth, toHeight) => {
    const flow = noise(width, height);
    const brought = resizeKnownFlow(flow, { width: toWidth, height: toHeight });
    expect(brought).toMatchObject({ width: toWidth, height: toHeight });
    expect(brought.data).toBeCloseToArray(resizeFlow(flow, toWidth, toHeight).data, 1e-5);
  });

  it('gives the flow itself where the size is the same', () => {
    const flow = noise(4, 3);
    expect(resizeKnownFlow(flow, flow)).toBe(flow);
  });
});
